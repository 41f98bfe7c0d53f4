package planner

import "slices"

// abbreviations that people write into names of columns, written out in stems.
var abbreviations = map[string]string{
	"abbr": "abbreviation", "acc": "account", "acct": "account", "addr": "address", "amt": "amount", "appt": "appointment", "avg": "average",
	"bal": "balance", "bday": "birthday", "bldg": "building", "cat": "category", "chg": "change", "cnt": "count", "co": "company",
	"cust": "customer", "ctry": "country", "dept": "department", "desc": "description", "descr": "description", "dob": "birth date", "doc": "document",
	"dt": "date", "emp": "employee", "enr": "enrollment", "fac": "faculty", "fname": "first name", "lname": "last name", "freq": "frequency", "gnd": "gender",
	"hrs": "hour", "ht": "height", "img": "image", "inv": "invoice", "lang": "language", "lat": "latitude", "lng": "longitude",
	"long": "longitude", "loc": "location", "max": "maximum", "mfr": "manufacturer", "mgr": "manager", "min": "minimum", "mth": "month",
	"nbr": "number", "no": "number", "num": "number", "org": "organization", "pct": "percent", "perc": "percent", "pop": "population", "pos": "position",
	"prod": "product", "proj": "project", "pt": "patient", "qty": "quantity", "rec": "record", "ref": "reference", "reg": "region",
	"sal": "salary", "sec": "section", "sess": "session", "stu": "student", "std": "student", "subj": "subject", "sz": "size",
	"tel": "telephone", "temp": "temperature", "tot": "total", "tx": "transaction", "txn": "transaction", "univ": "university",
	"usr": "user", "val": "value", "vol": "volume", "wt": "weight", "yr": "year", "ts": "timestamp", "int": "interest", "attr": "attribute",
	"firstname": "first name", "lastname": "last name", "surname": "last name", "forename": "first name", "middlename": "middle name",
	"birthdate": "birth date", "birthday": "birth date", "username": "user name", "homepage": "home page", "hometown": "home town", "zipcode": "zip code",
	"prof": "professor", "instr": "instructor", "apt": "apartment", "crs": "course", "lvl": "level", "msg": "message", "pub": "publication", "tot_cred": "total credit",
}

// synonyms are groups of words that mean one thing in names of tables and
// columns, as stems. A word may stand in several.
var synonyms = [][]string{
	{"doctor", "physician", "medic"}, {"customer", "client", "buyer", "shopper"}, {"employee", "worker", "personnel", "staff"},
	{"salary", "wage", "pay", "compensation", "earning"}, {"cost", "price", "charge"}, {"revenue", "sale", "turnover", "income"},
	{"country", "nation"}, {"nationality", "citizenship"}, {"gender", "sex"}, {"phone", "telephone"}, {"email", "mail", "e-mail"},
	{"car", "vehicle", "automobile"}, {"film", "movie"}, {"author", "writer"}, {"teacher", "instructor", "professor", "faculty"},
	{"student", "pupil"}, {"company", "firm", "enterprise"}, {"supplier", "vendor"}, {"product", "item", "good", "article"},
	{"category", "kind", "type", "class"}, {"purchase", "order"}, {"bill", "invoice"}, {"admission", "admitted", "admit"},
	{"discharge", "discharged"}, {"birth", "birthday", "born"}, {"location", "place", "venue"}, {"begin", "start", "beginning"},
	{"end", "finish"}, {"quantity", "amount"}, {"id", "identifier", "ids"}, {"code", "id"}, {"number", "count"}, {"town", "city"}, {"zip", "postal", "postcode", "zipcode"},
	{"stay", "length"}, {"duration", "length"}, {"boss", "manager", "supervisor"}, {"ship", "vessel"}, {"plane", "airplane", "aircraft"},
	{"school", "college", "university"}, {"altitude", "elevation"}, {"percent", "percentage"}, {"company", "business"}, {"hour", "hr"},
	{"hospital", "clinic"}, {"illness", "disease", "diagnosis"}, {"medicine", "drug", "medication", "prescription"},
	{"appointment", "visit"}, {"rating", "score", "star"}, {"point", "score"}, {"member", "user"}, {"plan", "tier"}, {"state", "status"},
	{"name", "title"}, {"last", "family"}, {"sum", "total"}, {"create", "created"}, {"sign", "signup", "registered"}, {"post", "position"},
	{"head", "chief"}, {"room", "chamber"}, {"song", "track"}, {"singer", "artist"}, {"job", "occupation", "profession"}, {"stadium", "arena"},
	{"hire", "hired", "join", "joined"}, {"warehouse", "depot"}, {"shop", "store"}, {"role", "job", "position", "function"}, {"beds", "bed"},
	{"distributor", "publisher"}, {"competition", "contest", "tournament"}, {"tuition", "fee"}, {"minimum", "low"}, {"maximum", "high"}, {"detail", "info", "information"},
}

// moneyWords may stand for each other where nothing fits better: the revenue is
// in a column called total or amount.
var moneyWords = []string{"revenue", "sale", "turnover", "spending", "total", "amount"}

// synonymsOf are the words that may stand for a stem.
func synonymsOf(stem string) []string {
	var out []string
	for _, group := range synonyms {
		if slices.Contains(group, stem) {
			out = append(out, group...)
		}
	}
	return out
}

// oneSlip reports whether one letter is wrong, missing or too many, or two
// neighbours are swapped. In words of up to six letters only a swap or a missing
// or doubled letter counts: "wards" is not "cards".
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(b)-len(a) == 1:
		return a[i:] == b[i+1:]
	case len(a) != len(b) || i+1 >= len(a):
		return false
	case a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]:
		return true
	}
	return len(a) > 6 && a[i+1:] == b[i+1:]
}
