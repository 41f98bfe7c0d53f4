package egress

import (
	"strings"
	"testing"
)

func TestProbe(t *testing.T) {
	p := Probe()
	if m := p.Messages(); len(m) != 2 || m[0].Role != System || !strings.HasSuffix(m[1].Text, "How many fruits are there?") {
		t.Errorf("%+v", m)
	}
	if !p.Made() || p.Private() || p.Repairs() != 0 || len(p.Schema()) == 0 {
		t.Errorf("%+v", p.p)
	}
}
