package egress

import (
	"regexp"
	"strings"
)

// street is a number with a street: 14 Crown Street, 1600 Pennsylvania Ave NW;
// or one as it is written in German, Dutch and the North: Hauptstraße 12.
var street = regexp.MustCompile(`[0-9]{1,5}[A-Za-z]?(?:,? +[\p{L}.'’-]+){1,4}? +(?i:street|road|avenue|lane|drive|boulevard|highway|parkway|court|square|terrace|close|crescent|way|place|st|rd|ave|ln|blvd|hwy|pkwy|ct|sq)\b` +
	`|(?i)[\p{L}-]{3,}(?:straße|strasse|str\.|gasse|weg|allee|platz|ufer|straat|gracht|laan|gatan|vägen|gata|veien|katu|tie|vej|gade) [0-9]{1,4} ?[a-z]?\b` +
	`|(?i)\b(?:rue|avenue|boulevard|via|viale|piazza|calle|plaza|avenida|rua) (?:(?:de|du|des|della|del|di|la|le|los) )*[\p{L}'’-]{3,}(?: [\p{L}'’-]{3,})?,? [0-9]{1,4}\b` +
	`|[0-9]{1,4},? (?:rue|avenue|boulevard) (?:(?:de|du|des|la|le) )*[\p{L}'’-]{3,}(?: [\p{L}'’-]{3,})?` +
	`|\b(?:Apt|Apartment|Suite|Ste|Unit|Flat|PO Box|P\.O\. Box|PSC|Box)\.? #?[0-9]{1,5}[A-Z]?\b`)

// checkStreet wants a name in capitals between number and street: "top 10 high
// street stores" is none.
func checkStreet(s string) (int, int) {
	if s[0] < '0' || s[0] > '9' {
		return 0, len(s)
	}
	_, rest, _ := strings.Cut(s, " ")
	if first, _, _ := strings.Cut(rest, " "); first == "rue" || first == "avenue" || first == "boulevard" {
		return 0, len(s)
	}
	for _, w := range strings.Fields(rest) {
		if f := formOf(w); f != capital && f != caps && f != mixed {
			return 0, 0
		}
	}
	return 0, len(s)
}

// postcode is a postal code where something says so, or one of the United
// Kingdom, of Canada or of the Netherlands in capitals, which look like nothing else.
var postcode = regexp.MustCompile(`(?i:\b(?:zip|zip ?code|postal ?code|post ?code|plz)(?: is| of|:|=)? )(?i:[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[0-9]{5}-[0-9]{4}|[0-9]{3} ?[0-9]{2}|[0-9]{4,5}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9])\b` +
	`|\b[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}\b|\b[A-Z][0-9][A-Z] [0-9][A-Z][0-9]\b`)

// checkPostcode leaves out the word before.
func checkPostcode(s string) (int, int) {
	lower := strings.ToLower(s)
	for _, word := range []string{"zip code", "zipcode", "zip", "postal code", "postalcode", "post code", "postcode", "plz"} {
		if rest, ok := strings.CutPrefix(lower, word); ok {
			for _, link := range []string{" is", " of", ":", "="} {
				rest = strings.TrimPrefix(rest, link)
			}
			return len(s) - len(strings.TrimLeft(rest, " ")), len(s)
		}
	}
	return 0, len(s)
}

// birth is a whole date after a word that makes it one of birth. Dates are what
// analytics asks about, so no other is taken.
var birth = regexp.MustCompile(`(?i)\b(?:born|dob|d\.o\.b\.|birth ?date|date of birth|birthday|birthdate)(?: (?:is|was|on|in|the|of)|:| =|=){0,2} *(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|[0-9]{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? [0-9]{4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4})`)

var birthWord = regexp.MustCompile(`(?i)^(?:born|dob|d\.o\.b\.|birth ?date|date of birth|birthday|birthdate)(?: (?:is|was|on|in|the|of)|:| =|=){0,2} *`)

// checkBirth leaves out the words before.
func checkBirth(s string) (int, int) { return len(birthWord.FindString(s)), len(s) }

// numbered is the number of an account, a passport or a file after the word for it.
var numbered = regexp.MustCompile(`(?i)\b(?:mrn|passport|driver'?s? licen[cs]e|driving licen[cs]e|licen[cs]e|bank account|account|policy|insurance|social security|nhs|national insurance|tax|membership|medical record)(?: (?:no\.?|nr\.?|num|number|id))?(?: is|:| =|=| #)? ?#?[A-Z]{0,4}-?[0-9][0-9A-Z-]{4,}\b`)

// checkNumbered leaves out the words before; a date is no number.
func checkNumbered(s string) (int, int) {
	start := strings.LastIndexAny(s, " :=#") + 1
	if len(digitsOf(s[start:])) < 5 || dateShape.MatchString(s[start:]) {
		return 0, 0
	}
	return start, len(s)
}
