package config

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones do not depend on what the machine has installed

	"golang.org/x/text/language"

	"github.com/grille-dev/grille/calendar"
	"github.com/grille-dev/grille/internal/strict"
	"github.com/grille-dev/grille/run/dsn"
	"github.com/grille-dev/grille/viewer"
)

// Parse reads the text of a file; path is where it stands.
func Parse(path string, text []byte) (*Config, error) {
	root, err := strict.Parse(path, text)
	if err != nil {
		return nil, err
	}
	c := Defaults()
	c.File = path
	err = c.read(root)
	c.ledgerDefaults()
	return c, err
}

func (c *Config) read(root strict.Node) error {
	return root.Fields(
		strict.Optional("connections", named(c.readConnection)),
		strict.Optional("models", named(c.readModel)),
		strict.Optional("model", c.readDrafter), // after models: it names one
		strict.Optional("switches", func(n strict.Node) error { return n.Fields(switches(&c.off)...) }),
		strict.Optional("viewers", named(c.readViewer)),
		strict.Optional("calendar", c.readCalendar),
		strict.Optional("limits", c.readLimits),
		strict.Optional("ledger", c.readLedger),
		strict.Optional("secret", reference(&c.SecretRef)),
		strict.Optional("budget", c.Budget.read),
		strict.Optional("state", c.path(&c.State)),
	)
}

// named reads a mapping from names to things.
func named(read func(name string, n strict.Node) error) strict.Reader {
	return func(n strict.Node) error {
		entries, err := n.Entries()
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !plain(e.Name) {
				return e.Key.Errorf("%q is no name: write letters, digits, - and _", e.Name)
			}
			if err := read(e.Name, e.Value); err != nil {
				return err
			}
		}
		return nil
	}
}

func plain(name string) bool {
	return name != "" && len(name) <= 64 && !strings.HasPrefix(name, "-") && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func (c *Config) readConnection(name string, n strict.Node) error {
	k := Connection{Name: name}
	if err := n.Fields(
		strict.Required("dsn", k.readTarget),
		strict.Optional("password", reference(&k.Password)),
		strict.Optional("schemas", strict.Strings(&k.Schemas)),
		strict.Optional("rules", c.path(&k.Rules)),
		strict.Optional("pairs", c.path(&k.Pairs)),
		strict.Optional("taught", c.path(&k.Taught)),
		strict.Optional("meaning", c.path(&k.Meaning)),
		strict.Optional("dirs", c.paths(&k.Dirs)),
		strict.Optional("insecure_allow_writable_role", strict.Bool(&k.InsecureAllowWritableRole)),
	); err != nil {
		return err
	}
	if s, ok := k.Target.(dsn.Server); ok && s.Authority() != "" {
		k.Target = s.WithAuthority(c.Path(s.Authority()))
	}
	switch t := k.Target.(type) {
	case dsn.Postgres, dsn.MySQL, dsn.Trino:
		if len(k.Dirs) > 0 {
			return n.Errorf("dirs says below which folders a file may lie, and this database is not a file: remove it")
		}
	case dsn.SQLite, dsn.DuckDB, dsn.CSV:
		file := t.(dsn.File)
		k.Target = file.At(c.Path(file.File()))
		if k.Password != "" {
			return n.Errorf("a database file takes no password: remove it")
		}
		if len(k.Dirs) == 0 {
			k.Dirs = []string{c.Path(".")}
		}
	default:
		panic("config: unknown kind of database")
	}
	c.Connections = append(c.Connections, k)
	return nil
}

func (k *Connection) readTarget(n strict.Node) error {
	text, err := n.Text()
	if err != nil {
		return err
	}
	target, err := dsn.Parse(text)
	if err != nil {
		return n.Errorf("%v", err)
	}
	if s, ok := target.(dsn.Server); ok && !s.Given().Empty() {
		return n.Errorf("a password stands in the connection string: remove it, and write password: env:NAME or file:PATH beside dsn")
	}
	k.Target = target
	return nil
}

// reference reads where a secret is. What stands there instead may be the
// secret itself, so it is not repeated.
func reference(into *string) strict.Reader {
	return func(n strict.Node) error {
		text, err := n.Text()
		if err != nil {
			return err
		}
		kind, at, _ := strings.Cut(text, ":")
		if (kind != "env" && kind != "file") || at == "" {
			return n.Errorf("secrets do not stand in this file: write env:NAME or file:PATH")
		}
		*into = text
		return nil
	}
}

func (c *Config) path(into *string) strict.Reader {
	return func(n strict.Node) error {
		text, err := n.Text()
		*into = c.Path(text)
		return err
	}
}

func (c *Config) paths(into *[]string) strict.Reader {
	return func(n strict.Node) error {
		texts, err := n.Strings()
		for _, t := range texts {
			*into = append(*into, c.Path(t))
		}
		return err
	}
}

func (c *Config) readViewer(name string, n strict.Node) error {
	v := viewer.Viewer{Name: name}
	err := n.Fields(append(switches(&v.Off),
		strict.Required("teams", strict.Strings(&v.Teams)),
		strict.Optional("attributes", func(n strict.Node) error {
			entries, err := n.Entries()
			if err != nil {
				return err
			}
			v.Attributes = make(map[string][]string, len(entries))
			for _, e := range entries {
				if v.Attributes[e.Name], err = textOrTexts(e.Value); err != nil {
					return err
				}
			}
			return nil
		}),
	)...)
	v.Off = v.Off.And(c.off) // read before
	c.Viewers = append(c.Viewers, v)
	return err
}

// switches reads model: hide | none | private, samples: none, values: none,
// privacy: strict, run: show.
func switches(off *viewer.Switches) []strict.Field {
	return []strict.Field{
		strict.Optional("model", func(n strict.Node) error {
			word, err := n.OneOf("hide", "none", "private")
			if err == nil {
				off.HideFromModel, off.NoModel, off.PrivateModels = word == "hide", word == "none", word == "private"
			}
			return err
		}),
		strict.Optional("samples", oneWord("none", &off.NoSamples)),
		strict.Optional("values", oneWord("none", &off.NoValues)),
		strict.Optional("privacy", oneWord("strict", &off.StrictPrivacy)),
		strict.Optional("run", oneWord("show", &off.ShowOnly)),
	}
}

// oneWord reads a switch that has one word.
func oneWord(word string, into *bool) strict.Reader {
	return func(n strict.Node) error {
		_, err := n.OneOf(word)
		*into = err == nil
		return err
	}
}

// textOrTexts keeps the source text: 00123 is not 123.
func textOrTexts(n strict.Node) ([]string, error) {
	if n.Kind() == strict.KindList {
		return n.Strings()
	}
	text, err := n.Text()
	return []string{text}, err
}

func (c *Config) readCalendar(n strict.Node) error {
	return n.Fields(strict.Required("timezone", func(n strict.Node) error {
		text, err := n.Text()
		if err != nil {
			return err
		}
		// Abbreviations such as EST mean different things to different servers,
		// and Local is that of the machine.
		zone, err := time.LoadLocation(text)
		if err != nil || text != "UTC" && !strings.Contains(text, "/") {
			return n.Errorf("%q is no time zone: write one such as Europe/Berlin or UTC", text)
		}
		c.Zone = zone
		return nil
	}), strict.Optional("week", c.readWeek), strict.Optional("fiscal_year", c.readFiscal), strict.Optional("locale", c.readLocale))
}

// readLocale reads the language in which numbers are written for people.
func (c *Config) readLocale(n strict.Node) error {
	text, err := n.Text()
	if err != nil {
		return err
	}
	tag, err := language.Parse(text)
	if base, sure := tag.Base(); err != nil || sure != language.Exact || base.String() == "und" {
		return n.Errorf("%q is no language: write one such as en, de-CH or pt-BR", text)
	}
	c.Locale = tag
	return nil
}

// readWeek reads the day on which weeks begin.
func (c *Config) readWeek(n strict.Node) error {
	day, err := n.OneOf(calendar.Weeks()...)
	if err == nil {
		c.Week, _ = calendar.WeekFrom(day) // it is one of them
	}
	return err
}

// readFiscal reads the month in which the financial year begins.
func (c *Config) readFiscal(n strict.Node) error {
	var names []string
	for m := time.January; m <= time.December; m++ {
		names = append(names, strings.ToLower(m.String()))
	}
	month, err := n.OneOf(names...)
	c.Fiscal = time.Month(slices.Index(names, month) + 1)
	return err
}

func (c *Config) readLimits(n strict.Node) error {
	rows, seconds := int(c.Limits.Rows), int(c.Limits.Time/time.Second)
	err := n.Fields(
		strict.Optional("rows", strict.Int(&rows, 1, 1_000_000_000)),
		strict.Optional("bytes", readSize(&c.Limits.Bytes)),
		strict.Optional("seconds", strict.Int(&seconds, 1, 86400)),
		strict.Optional("concurrent", strict.Int(&c.Limits.Concurrent, 1, 1000)),
	)
	c.Limits.Rows, c.Limits.Time = int64(rows), time.Duration(seconds)*time.Second
	return err
}

// readSize reads 1048576, 512MiB, 1GiB or 100MB.
func readSize(into *int64) strict.Reader {
	return func(n strict.Node) error {
		text, err := n.Text()
		if err != nil {
			return err
		}
		digits := strings.TrimRight(text, "BGKMTi")
		factor, known := map[string]int64{
			"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
		}[text[len(digits):]]
		count := int64(0)
		for _, d := range digits {
			if d < '0' || d > '9' || count > 1<<40 {
				known = false
				break
			}
			count = count*10 + int64(d-'0')
		}
		if !known || count == 0 || count > 1<<40/factor {
			return n.Errorf("%q is no size: write one such as 512MiB or 1GiB, at most 1024GiB", text)
		}
		*into = count * factor
		return nil
	}
}
