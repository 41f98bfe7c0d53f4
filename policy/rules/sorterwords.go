package rules

import (
	"slices"
	"strings"
)

// openWords are names of texts that say what a thing is.
func openWords() []string {
	return []string{"name", "title", "label", "code", "status", "state", "type", "kind", "category", "country", "city", "region", "continent", "county", "district",
		"currency", "language", "unit", "color", "colour", "size", "genre", "brand", "model", "make", "manufacturer", "department", "role", "level", "stage", "channel", "sku",
		"class", "method", "format", "version", "symbol", "exchange", "ticker", "direction", "period", "season", "semester", "term", "day", "month", "quarter", "weekday",
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "airline", "airport", "carrier", "aircraft", "compartment", "material",
		"capital", "neighborhood", "college", "university", "school", "transmission", "keyword", "priority", "severity", "website", "homepage", "logo", "venue"}
}

// coarseWords are those of them that say little of a person.
func coarseWords() []string {
	return []string{"status", "state", "type", "kind", "category", "country", "currency", "language", "department", "level", "tier", "plan", "class"}
}

// person reports words for people, as stems. What ends as the names of those who
// do something (singer, editor, pianist, musician, employee) is one, unless it is
// known for a thing: a table that nobody thought of is about people rather than
// not.
func person(w string) bool {
	if slices.Contains(people(), w) {
		return true
	}
	if len(w) < 5 || slices.Contains(things(), w) {
		return false
	}
	return slices.ContainsFunc([]string{"er", "or", "ist", "ian", "ee", "man", "woman", "person"}, func(end string) bool { return strings.HasSuffix(w, end) })
}

func people() []string {
	return []string{"person", "patient", "client", "user", "staff", "contact", "student", "guest", "doctor", "nurse", "citizen", "tenant", "applicant", "candidate",
		"account", "profile", "people", "lead", "child", "parent", "friend", "kid", "man", "woman", "coach", "chef", "judge", "host", "pilot", "resident", "participant",
		"assistant", "consultant", "accountant", "athlete", "actress", "relative", "spouse", "victim", "suspect", "president", "respondent", "attendant", "agent", "crew", "personnel",
		"alumnus", "medication", "med", "prescription", "symptom", "allergy"}
}

// things are words for things that end as those for people do.
func things() []string {
	return []string{"order", "number", "server", "computer", "printer", "chapter", "quarter", "center", "factor", "sector", "color", "error", "motor", "vector", "monitor",
		"sensor", "paper", "water", "river", "tower", "layer", "folder", "header", "footer", "letter", "master", "matter", "register", "newsletter", "container", "filter",
		"parameter", "trigger", "voucher", "ledger", "weather", "theater", "carrier", "offer", "transfer", "tracker", "counter", "adapter", "router", "scanner",
		"parser", "buffer", "cluster", "other", "poster", "banner", "encounter", "roster", "cover", "power", "flower", "timer", "marker", "floor", "door", "indicator", "major", "minor",
		"behavior", "favor", "processor", "connector", "operator", "ticker", "publisher", "manufacturer", "retailer", "vendor", "distributor", "provider", "producer", "dealer",
		"wishlist", "playlist", "checklist", "committee", "fee", "coffee", "degree", "tree", "employer", "chair", "summer", "winter", "september", "october", "november", "december",
		"character", "semester", "border", "gender", "diameter", "meter", "kilometer", "liter", "anchor", "corridor", "mirror", "after", "over", "under", "per", "former", "tier", "career", "copier", "frontier", "soccer", "cancer",
		"identifier", "modifier", "qualifier", "fiber", "timber", "lumber", "chamber", "answer", "newspaper", "trailer", "boiler", "integer"}
}
