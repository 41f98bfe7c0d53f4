package csv

// progress tells how far reading has come: each file is read twice.
type progress struct {
	say    func(done, of int) // nil: nobody listens
	total  int64              // bytes of all files
	before int64              // bytes of those that are done
	told   int                // percent
}

// large files take long enough to be told of.
const large = 16 << 20

func newProgress(say func(done, of int), total int64) *progress {
	if total < large {
		say = nil
	}
	return &progress{say: say, total: total}
}

// at says that so many bytes have been read, in both readings together.
func (p *progress) at(n int64) {
	if p.say == nil {
		return
	}
	if percent := int(50 * (2*p.before + n) / p.total); percent > p.told && percent < 100 {
		p.told = percent
		p.say(percent, 100)
	}
}

// first and second are the two readings of a file.
func (p *progress) first(n int64) { p.at(n) }

func (p *progress) second(size int) func(int64) {
	return func(n int64) { p.at(int64(size) + n) }
}

func (p *progress) past(size int) { p.before += int64(size) }

// done ends it, however it ends.
func (p *progress) done() {
	if p.say != nil {
		p.say(100, 100)
	}
}
