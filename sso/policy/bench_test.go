package policy_test

import (
	"fmt"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/policy"
)

// BenchmarkDecide measures one decision about a user in so many groups; the
// longest lists exceed the limit of a run, and end there.
func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{20, 2_000, 20_000, 200_000} {
		for name, expression := range map[string]string{
			"in":   `"contractors" in identity.groups`,
			"loop": `identity.groups.exists(g, g.startsWith("ext-") && g.endsWith("-admins"))`,
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				v, err := policy.CompileVerification(sso.EmailVerification{
					Mode:       policy.ModeExpression,
					Expression: expression,
				})
				if err != nil {
					b.Fatal(err)
				}
				in := person(func(in *policy.Input) {
					in.Identity.Groups.Names = make([]string, n)
					for i := range n {
						in.Identity.Groups.Names[i] = fmt.Sprintf("ext-team-%06d", i)
					}
				})
				b.ReportAllocs()
				for b.Loop() {
					v.Decide(in)
				}
			})
		}
	}
}
