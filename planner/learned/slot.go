package learned

// slot is a place of a plan that a column, a table or a value fills.
type slot struct {
	kind   slotKind
	at     *int
	role   uint64 // what the column is for, its operator and depth
	coarse uint64 // the same without operator
	agg    string
	op     string
	level  int // 0 the outermost plan; sub-queries and right sides have their own
	outer  int // of the first column shown by a sub-query: the slot compared with it; else -1
	mirror int // of the right side of a set operation: the slot in the same place; else -1
	cond   int // of a value: the slot of its column; else -1
	which  uint64
	second bool // the end of a range
	stars  bool // of a table: counted or shown, and not merely spoken of
	right  bool
	group  role
}

// role is what a slot is for, roughly.
type role uint8

const (
	shownRole role = iota
	keptRole
	groupedRole
	orderedRole
	besidesRole
	valueRole
	roles
)

func roleOf(name string, kind slotKind) role {
	if kind == valueSlot {
		return valueRole
	}
	switch name[0] {
	case 'S':
		return shownRole
	case 'W', 'H':
		return keptRole
	case 'G':
		return groupedRole
	case 'O':
		return orderedRole
	case 'T':
		return besidesRole
	default:
		panic("learned: role " + name)
	}
}

type slotKind uint8

const (
	columnSlot slotKind = iota
	tableSlot
	valueSlot
)

// walker lists a plan's slots, always in the same order.
type walker struct {
	slots  []slot
	levels int
}

func (p *Plan) slots() []slot {
	w := &walker{}
	w.plan(p, "", -1, nil)
	return w.slots
}

// plan lists the slots of a plan at its own level: what it shows and keeps, puts
// together and orders by; then its table, then the right side.
func (w *walker) plan(p *Plan, depth string, outer int, mirror []slot) {
	level := w.levels
	w.levels++
	first := len(w.slots)
	add := func(s slot, role, op string) int {
		s.level, s.role, s.coarse, s.op = level, hashString(depth+role+"."+op), hashString(depth+role), op
		s.mirror, s.right, s.group = -1, mirror != nil, roleOf(role, s.kind)
		if n := len(w.slots) - first; n < len(mirror) && mirror[n].kind == s.kind {
			s.mirror = n // the right side has the outermost plan on its left
		}
		w.slots = append(w.slots, s)
		return len(w.slots) - 1
	}
	column := func(x *Item, role, op string, which int) int {
		s := slot{kind: columnSlot, at: &x.Col, agg: x.Agg, outer: -1, cond: -1, which: uint64(min(which, 3))}
		if role == "S" && which == 0 {
			s.outer = outer
		}
		return add(s, role, x.Agg+op)
	}
	value := func(at *int, role, op string, cond int, second bool) {
		add(slot{kind: valueSlot, at: at, outer: -1, cond: cond, second: second}, role+"v", op)
	}
	for i := range p.Select {
		if !p.Select[i].Star {
			column(&p.Select[i], "S", "", i)
		}
	}
	for i := range p.Where {
		c := &p.Where[i]
		k := column(&c.Item, "W", c.Op, i)
		w.slots[k].op = c.Op
		if c.Sub != nil {
			w.plan(c.Sub, "sub"+depth, k, nil)
			continue
		}
		w.values(c, func(at *int, second bool) { value(at, "W", c.Op, k, second) })
	}
	for i := range p.Group {
		add(slot{kind: columnSlot, at: &p.Group[i], outer: -1, cond: -1, which: uint64(i)}, "G", "")
	}
	for i := range p.Having {
		c := &p.Having[i]
		k := -1
		if !c.Star {
			k = column(&c.Item, "H", c.Op, i)
		}
		if c.Agg == "count" {
			k = -1 // its values are numbers
		}
		w.values(c, func(at *int, second bool) { value(at, "H", c.Op, k, second) })
	}
	for i := range p.Order {
		o := &p.Order[i]
		if !o.Star {
			column(o, "O", map[bool]string{true: "desc", false: "asc"}[o.Desc]+[]string{All: "", One: "1", Some: "n"}[p.Limit], i)
		}
	}
	if p.Limit == Some {
		value(&p.Count, "L", "", -1, false)
	}
	star := ""
	if p.stars() {
		star = "star"
	}
	add(slot{kind: tableSlot, at: &p.Table, outer: -1, cond: -1, stars: star != ""}, "T", star)
	if p.Right != nil {
		w.plan(p.Right, "right"+depth, -1, w.slots[first:])
	}
}

// values are the places of a condition's values.
func (w *walker) values(c *Cond, f func(at *int, second bool)) {
	if c.Op == "null" || c.Op == "notnull" {
		return
	}
	f(&c.Values[0], false)
	if c.Op == "between" {
		f(&c.Values[1], true)
	}
}
