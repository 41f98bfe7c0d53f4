package demo

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/serdes"
)

const (
	dayFormat    = "2006-01-02"
	momentFormat = "2006-01-02 15:04:05"
)

// Making is of which day the demo is, and who is told of its rows.
type Making struct {
	Today time.Time
	Told  func(rows int) // how many are there so far, now and then; nil: nobody is told
}

// SQLite writes the demo into a new SQLite database at path. There must be
// none yet.
func SQLite(ctx context.Context, path string, today time.Time) error {
	return Making{Today: today}.SQLite(ctx, path)
}

// Image is the same as the content of a file. It is made in memory.
func Image(ctx context.Context, today time.Time) ([]byte, error) {
	return Making{Today: today}.Image(ctx)
}

// SQLite is the function of that name.
func (m Making) SQLite(ctx context.Context, path string) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("writing the demo: %s exists", path)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing the demo: %w", err)
		}
	}()
	db, err := sqlite3.OpenContext(ctx, path)
	if err != nil {
		return err
	}
	defer func() {
		if e := db.Close(); err == nil {
			err = e
		}
	}()
	return m.into(db)
}

// Image is the function of that name.
func (m Making) Image(ctx context.Context) ([]byte, error) {
	image, err := m.image(ctx)
	if err != nil {
		return nil, fmt.Errorf("writing the demo: %w", err)
	}
	return image, nil
}

func (m Making) image(ctx context.Context) ([]byte, error) {
	db, err := sqlite3.OpenContext(ctx, ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // what it held is thrown away
	if err := m.into(db); err != nil {
		return nil, err
	}
	return serdes.Serialize(db, "main")
}

func (m Making) into(db *sqlite3.Conn) error {
	if err := db.Exec("PRAGMA temp_store = MEMORY; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN"); err != nil {
		return err
	}
	rows := 0
	for _, t := range generate(m.Today) {
		if err := m.fill(db, t, rows); err != nil {
			return err
		}
		rows += t.Len()
	}
	return db.Exec(strings.Join(Indexes(), ";\n") + "; COMMIT; ANALYZE")
}

func (m Making) fill(db *sqlite3.Conn, t Table, before int) error {
	if err := db.Exec(t.Create()); err != nil {
		return err
	}
	stmt, _, err := db.Prepare("INSERT INTO " + t.name + " VALUES (" + strings.TrimSuffix(strings.Repeat("?,", len(t.columns)), ",") + ")")
	if err != nil {
		return err
	}
	for n, row := range t.rows {
		if m.Told != nil && n%1000 == 0 {
			m.Told(before + n)
		}
		for i, v := range row {
			if err := bind(stmt, i+1, v); err != nil {
				return err
			}
		}
		if err := stmt.Exec(); err != nil {
			return err
		}
	}
	if m.Told != nil {
		m.Told(before + len(t.rows))
	}
	return stmt.Close()
}

func bind(s *sqlite3.Stmt, n int, v any) error {
	switch v := v.(type) {
	case nil:
		return s.BindNull(n)
	case int:
		return s.BindInt(n, v)
	case string:
		return s.BindText(n, v)
	case bool:
		return s.BindBool(n, v)
	case day:
		return s.BindText(n, time.Time(v).Format(dayFormat))
	case moment:
		return s.BindText(n, time.Time(v).Format(momentFormat))
	case cents:
		return s.BindText(n, v.String()) // numeric affinity makes a number of it
	default:
		panic(fmt.Sprintf("demo: cell of type %T", v))
	}
}

// Tables are the demo's, in an order in which foreign keys are satisfied.
func Tables(today time.Time) []Table { return generate(today) }

// Name is the table's.
func (t Table) Name() string { return t.name }

// Len is its number of rows.
func (t Table) Len() int { return len(t.rows) }

// Copy writes the rows as PostgreSQL's COPY reads them in its format text.
func (t Table) Copy(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, row := range t.rows {
		for i, v := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(field(v))
		}
		b.WriteByte('\n')
	}
	return b.Flush()
}

func field(v any) string {
	switch v := v.(type) {
	case nil:
		return `\N`
	case int, bool, cents:
		return fmt.Sprint(v)
	case string:
		return strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(v)
	case day:
		return time.Time(v).Format(dayFormat)
	case moment:
		return time.Time(v).Format(momentFormat)
	default:
		panic(fmt.Sprintf("demo: cell of type %T", v))
	}
}

func (c cents) String() string { return fmt.Sprintf("%d.%02d", int(c)/100, int(c)%100) }

// Create is the statement that makes it, for SQLite and PostgreSQL.
func (t Table) Create() string {
	defs := make([]string, len(t.columns))
	for i, c := range t.columns {
		defs[i] = strings.TrimSpace(c.name + " " + c.declared + " " + c.rest)
	}
	return "CREATE TABLE " + t.name + " (\n  " + strings.Join(defs, ",\n  ") + ")"
}

// Indexes are statements that make the rules fast, for when the tables are filled.
func Indexes() []string {
	return []string{
		"CREATE INDEX visits_patient ON visits (patient_id)",
		"CREATE INDEX visits_ward ON visits (ward_id)",
		"CREATE INDEX diagnoses_visit ON diagnoses (visit_id)",
		"CREATE INDEX invoices_visit ON invoices (visit_id)",
		"CREATE INDEX lab_results_visit ON lab_results (visit_id)",
		"CREATE INDEX prescriptions_visit ON prescriptions (visit_id)",
		"CREATE INDEX bookings_patient ON bookings (patient_id)",
		"CREATE INDEX transfers_visit ON transfers (visit_id)",
		"CREATE INDEX shifts_ward ON shifts (ward_id)",
		"CREATE INDEX claims_invoice ON claims (invoice_id)",
		"CREATE INDEX complaints_visit ON complaints (visit_id)",
	}
}
