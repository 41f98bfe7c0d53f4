package funcs

import "github.com/grille-dev/grille/sql/types"

var (
	inet     = types.Of(types.Inet)
	cidr     = types.Of(types.Cidr)
	macaddr  = types.Of(types.MacAddr)
	macaddr8 = types.Of(types.MacAddr8)
)

// addresses are types that only PostgreSQL has, and which compare with
// themselves. A cidr compares as an inet.
func addresses() []types.Type { return []types.Type{inet, macaddr, macaddr8} }

// networks are of PostgreSQL alone. No address makes them fail.
func networks() []*Func {
	within := func(symbol, words string) *Func { return operator(symbol, words, sig(boolean, inet, inet).total()) }
	return []*Func{
		within("<<=", "{1} is in the network {2}, or it itself"),
		within(">>=", "the network {1} has {2} in it, or is it"),
		scalar("host", "the address of {1}", sig(text, inet).total()),
		scalar("masklen", "the length of the network of {1}", sig(int4, inet).total()),
		scalar("family", "the family of {1}, 4 or 6", sig(int4, inet).total()),
		scalar("network", "the network of {1}", sig(cidr, inet).total()),
		scalar("netmask", "the mask of the network of {1}", sig(inet, inet).total()),
		scalar("broadcast", "the broadcast address of {1}", sig(inet, inet).total()),
	}
}
