package config

import (
	"path/filepath"

	"github.com/grille-dev/grille/internal/strict"
)

// Ledger is where what leaves is recorded.
type Ledger struct {
	Dir  string // ledger in the state folder, if the file says nothing
	Keys string // DIR-keys, if the file says nothing
	// Checkpoints are where its checkpoints go as they are made.
	Checkpoints []Outlet
}

// Outlet is a place for checkpoints: one of File, Syslog and HTTPS is set.
type Outlet struct {
	File     string // a path
	Syslog   string // unix:/dev/log, udp://, tcp://, tls://
	HTTPS    string // an address to post to
	Token    string // HTTPS: where it is: env:NAME, file:PATH, or "" for none
	CA       string // HTTPS: a path of the authorities to trust; "": those of the system
	Required bool   // nothing is sent to a model before the checkpoint is out
}

func (c *Config) readLedger(n strict.Node) error {
	return n.Fields(
		strict.Optional("dir", c.path(&c.Ledger.Dir)),
		strict.Optional("keys", c.path(&c.Ledger.Keys)),
		strict.Optional("checkpoints", func(n strict.Node) error {
			items, err := n.List()
			for _, item := range items {
				o, err := c.readOutlet(item)
				if err != nil {
					return err
				}
				c.Ledger.Checkpoints = append(c.Ledger.Checkpoints, o)
			}
			return err
		}),
	)
}

func (c *Config) readOutlet(n strict.Node) (Outlet, error) {
	var o Outlet
	if err := n.Fields(
		strict.Optional("file", c.path(&o.File)),
		strict.Optional("syslog", strict.Text(&o.Syslog)),
		strict.Optional("https", strict.Text(&o.HTTPS)),
		strict.Optional("token", reference(&o.Token)),
		strict.Optional("ca", c.path(&o.CA)),
		strict.Optional("required", strict.Bool(&o.Required)),
	); err != nil {
		return o, err
	}
	places := 0
	for _, place := range []string{o.File, o.Syslog, o.HTTPS} {
		if place != "" {
			places++
		}
	}
	switch {
	case places != 1:
		return o, n.Errorf("a checkpoint goes to one place: write one of file, syslog and https in each item")
	case o.HTTPS == "" && (o.Token != "" || o.CA != ""):
		return o, n.Errorf("token and ca are for https: remove them")
	}
	return o, nil
}

// ledgerDefaults fills in what the file leaves out.
func (c *Config) ledgerDefaults() {
	if c.Ledger.Dir == "" {
		c.Ledger.Dir = filepath.Join(c.StateDir(), "ledger")
	}
	if c.Ledger.Keys == "" {
		c.Ledger.Keys = c.Ledger.Dir + "-keys"
	}
}
