// Command make writes data/words.gz, the word list of package lexicon:
//
//	go run ./internal/lexicon/make SCOWL NAMES
//
// SCOWL is the folder of the lists of SCOWL 2020.12.07 (Debian's package scowl
// puts it in /usr/share/dict/scowl), NAMES one with the lists of names of the
// census of the United States in 1990 (dist.all.last, dist.female.first,
// dist.male.first). It reads data/places.txt and data/jargon.txt too.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Flags, as package lexicon reads them.
const (
	word = 1 << iota
	place
	given
	surname
	common
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: go run ./internal/lexicon/make SCOWL NAMES, in the module's root")
	}
	flags := lists(os.Args[1], os.Args[2])
	var plain bytes.Buffer
	for _, w := range sorted(flags) {
		fmt.Fprintf(&plain, "%s%c\n", w, '@'+flags[w])
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	check(err)
	_, err = z.Write(plain.Bytes())
	check(err)
	check(z.Close())
	check(os.WriteFile("internal/lexicon/data/words.gz", packed.Bytes(), 0o644)) //nolint:gosec // a source file
	fmt.Printf("%d words, %d bytes, %d packed\n", len(flags), plain.Len(), packed.Len())
}

func lists(scowl, names string) map[string]int {
	level := vocabulary(scowl)
	for _, w := range fields("internal/lexicon/data/jargon.txt") {
		level[w] = 10
	}
	flags := map[string]int{}
	for w, l := range level {
		flags[w] |= word
		if l <= 20 {
			flags[w] |= common
		}
	}
	for _, w := range fields("internal/lexicon/data/places.txt") {
		flags[w] |= place
	}
	for _, list := range []string{"dist.female.first", "dist.male.first"} {
		for rank, w := range first(filepath.Join(names, list)) {
			if l := level[w]; rank < 400 && l >= 35 && !strings.Contains(alsoWords, " "+w+" ") || strings.Contains(onlyNames, " "+w+" ") {
				flags[w] &^= word // "maria" is the plural of mare, and a woman
			}
			if !strings.Contains(seldomGiven, " "+w+" ") {
				flags[w] |= given
			}
		}
	}
	for rank, w := range first(filepath.Join(names, "dist.all.last")) {
		if strings.Contains(onlySurnames, " "+w+" ") {
			flags[w] &^= word | common
		}
		if flags[w] == 0 || rank >= 5000 { // one that is no word is unknown, and that is enough
			continue
		}
		if strings.Contains(seldomNames, " "+w+" ") || level[w] == 10 && rank > 300 {
			continue
		}
		flags[w] |= surname
	}
	return flags
}

// Given names in the rare part of the word list that are words in questions.
const alsoWords = " heather pearl hazel opal olive iris ivy violet viola ginger jade dick jasmine jasper emery lance dean glen clay marina garland jewel heath laurel august hunter misty daisy holly candy cherry berry buddy rob mason reed basil brandy sandy sherry earl patty ruby victor "

// Given names in the common part that are hardly ever words in questions.
const onlyNames = " john mary james david robert michael susan linda ken gene bob sue don ray jack frank carol peter harry maria mike lee tony robin matt kitty lily jay martin "

// Given names of the census that in questions are words.
const seldomGiven = " brain son numbers hung junior major manual long so in lean see page loan lady dot desire angle my else an many era ha hang bell echo kit carry season fairy moon tiny conception winter summer autumn spring delta young rich chance royal sang sung queen prince king man porter alpha precious soon star sunny harmony trinity song kit temple many golden love noble forest cliff rod crystal dusty rusty manual key else liberty genesis tiara destiny wan pasty bee peg aide hue dung chin yen mi ta pa ping nu mica lien saran may april june august china india america holland asia london dallas "

// Surnames that are hardly ever words in questions.
const onlySurnames = " smith martin cooper hicks tucker dixon sims jenkins griffin mills webb freeman chapman carr gill dean mason hale lowe hogan collier davenport kaiser nelson graham bailey carter turner palmer marshall reed russell cox hicks palmer watts bowman fowler "

// Surnames that in questions are words.
const seldomNames = " long price day case cash key page cross little high low part root sale sales store block box unit stock sample may march summers winter winters friend best good rich short hours rooms ward wards post field fields pace rush numbers masters number self person minor major light street council grand early service check held read call speed fine change last sell book holiday total dollar south north west east center count counts samples sessions staples case pool record register wade back bill sun pay state guest session credit wise levels level worth place price charge fee fees customer stay visit rate rates cost costs line lines gross net means mean mode chance power main stack rank beds bed care home new will "

func vocabulary(scowl string) map[string]int {
	level := map[string]int{}
	names := map[string]bool{"ed": true, "al": true, "jo": true, "pat": true, "dan": true, "sam": true, "tim": true, "jan": true, "les": true, "tom": true, "ben": true, "rob": true}
	for _, size := range []int{10, 20, 35, 40, 50} {
		for _, w := range latin1(filepath.Join(scowl, fmt.Sprintf("english-abbreviations.%d", size))) {
			if !strings.Contains(w, "'") && !names[w] {
				level[w] = 50
			}
		}
	}
	for _, size := range []int{10, 20, 35, 40, 50, 55, 60} {
		for _, region := range []string{"english", "american", "british", "british_z", "canadian", "australian", "variant_1"} {
			for _, w := range latin1(filepath.Join(scowl, fmt.Sprintf("%s-words.%d", region, size))) {
				if _, known := level[w]; !known && !strings.Contains(w, "'") {
					level[w] = size
				}
			}
		}
	}
	return level
}

// latin1 reads the lines of a file in that encoding, in lower case; one that is
// not there has none.
func latin1(path string) []string {
	raw, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	check(err)
	runes := make([]rune, len(raw))
	for i, b := range raw {
		runes[i] = rune(b)
	}
	return strings.Fields(strings.ToLower(string(runes)))
}

// first gives the first words of the lines of a file, in lower case.
func first(path string) []string {
	f, err := os.Open(path)
	check(err)
	defer f.Close() //nolint:errcheck // only read
	var all []string
	for s := bufio.NewScanner(f); s.Scan(); {
		all = append(all, strings.ToLower(strings.Fields(s.Text())[0]))
	}
	return all
}

// fields gives the words of a file that has comments.
func fields(path string) []string {
	raw, err := os.ReadFile(path)
	check(err)
	var all []string
	for line := range strings.Lines(string(raw)) {
		if !strings.HasPrefix(line, "#") {
			all = append(all, strings.Fields(line)...)
		}
	}
	return all
}

func sorted(flags map[string]int) []string {
	var all []string
	for w, f := range flags {
		if f != 0 {
			all = append(all, w)
		}
	}
	slices.Sort(all)
	return all
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
