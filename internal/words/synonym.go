package words

import "sync"

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
	{"doctor", "physician", "medic"}, {"customer", "client", "buyer", "shopper"}, {"employee", "worker", "personnel", "staff", "headcount", "earner"},
	{"salary", "wage", "pay", "compensation", "earning", "payroll"}, {"cost", "price", "charge"}, {"revenue", "sale", "turnover", "income"},
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
	{"name", "title"}, {"last", "family"}, {"sum", "total"}, {"create", "created"}, {"sign", "signed", "signup", "registered"}, {"loan", "borrow", "borrowed", "lend", "lent"}, {"login", "log", "logged"}, {"satisfaction", "rating", "rated", "score"}, {"absence", "absent"}, {"ending", "end"}, {"post", "position"},
	{"head", "chief"}, {"room", "chamber"}, {"song", "track"}, {"singer", "artist"}, {"job", "occupation", "profession"}, {"stadium", "arena"},
	{"hire", "hired", "join", "joined"}, {"warehouse", "depot"}, {"shop", "store"}, {"role", "job", "position", "function"}, {"beds", "bed"},
	{"distributor", "publisher"}, {"competition", "contest", "tournament"}, {"tuition", "fee"}, {"minimum", "low"}, {"maximum", "high"}, {"detail", "info", "information"},
}

// Synonyms are the words that may stand for a stem in names of tables and
// columns, itself among them; nil if it has none.
func Synonyms(stem string) []string { return bySynonym()[stem] }

var bySynonym = sync.OnceValue(func() map[string][]string {
	of := map[string][]string{}
	for _, group := range synonyms {
		for _, w := range group {
			of[w] = append(of[w], group...)
		}
	}
	return of
})

// Abbreviation is what a short form in a name stands for, in stems: "birth date"
// for dob. It is "" for what is no known short form.
func Abbreviation(word string) string { return abbreviations[word] }
