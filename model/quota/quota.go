// Package quota bounds what one person may have models do in a day: so many
// requests, so many tokens.
//
// What is about to leave is counted before it leaves, in a file that all
// processes of a site share, and refused when it would be too much. Tokens are
// estimated then; a draft that came is corrected to what its server counted. What
// failed stays counted. A count that cannot be read or written refuses: a damaged
// file never means that nothing was used.
//
// The file has the names of who asked today, and of nobody else: it is read and
// written whole, so it suits thousands of people and not millions.
//
// Begin with [New], then [Quota.Meter].
package quota

import (
	"context"
	"errors"

	"time"

	"github.com/grille-dev/grille/model"
	"github.com/grille-dev/grille/refusal"
)

// Config is what New needs.
type Config struct {
	File     string         // in a folder that is there and that others cannot write to
	Requests int            // of a person and day; 0: as many as they like
	Tokens   int            // of a person and day, in and out together; 0: as many as they like
	Zone     *time.Location // in which a day is meant
}

// Quota counts. It may be used concurrently, and by several processes.
type Quota struct {
	c    Config
	file file
}

// New checks c; it opens nothing yet.
func New(c Config) (*Quota, error) {
	switch {
	case c.File == "":
		return nil, errors.New("quota: a file is missing")
	case c.Zone == nil:
		return nil, errors.New("quota: a time zone is missing")
	case c.Requests < 0 || c.Tokens < 0:
		return nil, errors.New("quota: a bound is negative")
	}
	return &Quota{c: c, file: file{path: c.File}}, nil
}

// Meter counts for one draft of one person, and hands on to log what may leave.
// On a nil Quota it counts nothing.
func (q *Quota) Meter(person string, now time.Time, log model.Ledger) *Meter {
	return &Meter{q: q, person: person, now: now, log: log}
}

// Meter is the ledger of one draft. Use it for one call of Draft, and then call
// Used.
type Meter struct {
	q      *Quota
	person string
	now    time.Time
	log    model.Ledger

	taken []int // tokens estimated, of each request
}

var _ model.Ledger = (*Meter)(nil)

// estimate is what a request is taken to cost before anybody has counted: a token
// is three bytes or more of English and SQL, and a draft some hundred tokens.
func estimate(body []byte) int { return len(body)/3 + 500 }

// Append implements model.Ledger: it counts, then records.
func (m *Meter) Append(ctx context.Context, e model.Entry) error {
	if m.q != nil {
		tokens := estimate(e.Body)
		if err := m.q.take(ctx, m, tokens); err != nil {
			return err
		}
		m.taken = append(m.taken, tokens)
	}
	return m.log.Append(ctx, e)
}

// Used corrects the count once the draft is there, or has failed with err. What
// was counted before stays where that cannot be written.
func (m *Meter) Used(used model.Usage, err error) {
	if m.q == nil || len(m.taken) == 0 || used.Total() == 0 {
		return
	}
	more := 0
	if err == nil {
		more = used.Total() - m.taken[len(m.taken)-1] // those before it failed
	} else {
		all := 0
		for _, t := range m.taken {
			all += t
		}
		more = max(0, used.Total()-all)
	}
	today := m.q.today(m.now)
	// A count that was cut short by whoever asked must be written all the same.
	_ = m.q.file.change(context.Background(), func(d *day) error {
		if d.Day != today {
			return errSame // that day is over
		}
		u := d.People[m.person]
		u.Tokens = max(0, u.Tokens+more)
		d.People[m.person] = u
		return nil
	})
}

// take counts a request, or refuses it and counts nothing.
func (q *Quota) take(ctx context.Context, m *Meter, tokens int) error {
	err := q.file.change(ctx, func(d *day) error {
		// A clock that was set back does not begin a day again.
		if today := q.today(m.now); d.Day < today {
			*d = day{Day: today, People: map[string]use{}}
		}
		u := d.People[m.person]
		u.Requests++
		u.Tokens += tokens
		if err := q.over(u, tokens); err != nil {
			return err
		}
		d.People[m.person] = u
		return nil
	})
	if err == nil || refusal.CodeOf(err) != "" || ctx.Err() != nil {
		return err
	}
	return refusal.New(refusal.ModelBudget, "ask without a model, or have whoever runs this Grille look at the file of budgets",
		"how much was asked of models today cannot be counted, so nothing is sent").ForOwner("%v", err)
}

func (q *Quota) over(u use, tokens int) error {
	const try = "ask again tomorrow, or without a model; whoever keeps the configuration can raise the budget"
	switch {
	case q.c.Requests > 0 && u.Requests > q.c.Requests:
		return refusal.New(refusal.ModelBudget, try, "your budget of %d requests to models is used up for today", q.c.Requests)
	case q.c.Tokens > 0 && u.Tokens > q.c.Tokens:
		return refusal.New(refusal.ModelBudget, try, "this would take about %d tokens, and of your %d for today %d are left",
			tokens, q.c.Tokens, max(0, q.c.Tokens-(u.Tokens-tokens)))
	}
	return nil
}

func (q *Quota) today(now time.Time) string { return now.In(q.c.Zone).Format(time.DateOnly) }

// Of is what a person has used today, for whoever asks how much is left.
func (q *Quota) Of(ctx context.Context, person string, now time.Time) (requests, tokens int, err error) {
	err = q.file.change(ctx, func(d *day) error {
		if d.Day >= q.today(now) {
			requests, tokens = d.People[person].Requests, d.People[person].Tokens
		}
		return errSame
	})
	return requests, tokens, err
}
