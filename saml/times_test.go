package saml

import (
	"testing"
	"time"

	"gatehouse/sso"
)

// times moves each bound over the clock, to one second before and to the point
// at which it holds no longer, for three tolerances.
func times(t *testing.T) {
	t.Helper()
	conditions := `NotBefore="2026-11-24T11:55:00Z" NotOnOrAfter="2026-11-24T12:05:00Z"`
	confirmation := `<saml:SubjectConfirmationData NotOnOrAfter="2026-11-24T12:05:00Z"`
	issued := `ID="_assertion1" Version="2.0" IssueInstant="2026-11-24T12:00:00Z"`
	at := func(d time.Duration) string { return stamp(testNow().Add(d)) }
	for _, skew := range []sso.Seconds{0, 1, 300} {
		tolerance := sso.SAMLConfig{ClockSkew: skew}.Skew()
		for name, bound := range map[string]struct {
			old  string
			make func(time.Duration) string
			last time.Duration // the last moment, from now, at which it is accepted
			step time.Duration // on to where it is not
		}{
			"Conditions NotBefore": {
				conditions,
				func(d time.Duration) string {
					return `NotBefore="` + at(d) + `"`
				},
				tolerance,
				time.Second,
			},
			"Conditions NotOnOrAfter": {
				conditions,
				func(d time.Duration) string {
					return `NotOnOrAfter="` + at(d) + `"`
				},
				time.Second - tolerance,
				-time.Second,
			},
			"confirmation NotOnOrAfter": {
				confirmation,
				func(d time.Duration) string {
					return `<saml:SubjectConfirmationData NotOnOrAfter="` + at(d) +
						`"`
				},
				time.Second - tolerance,
				-time.Second,
			},
			"confirmation too long": {
				confirmation,
				func(d time.Duration) string {
					return `<saml:SubjectConfirmationData NotOnOrAfter="` + at(d) +
						`"`
				},
				maxValidity + tolerance,
				time.Second,
			},
			"confirmation NotBefore": {
				confirmation,
				func(d time.Duration) string {
					return confirmation + ` NotBefore="` + at(d) + `"`
				},
				tolerance,
				time.Second,
			},
			"session NotOnOrAfter": {
				`SessionIndex=`,
				func(d time.Duration) string {
					return `SessionNotOnOrAfter="` + at(d) + `" SessionIndex=`
				},
				time.Second - tolerance,
				-time.Second,
			},
			"IssueInstant in the future": {
				issued,
				func(d time.Duration) string {
					return `ID="_assertion1" Version="2.0" IssueInstant="` + at(d) +
						`"`
				},
				tolerance,
				time.Second,
			},
			"IssueInstant too long ago": {
				issued,
				func(d time.Duration) string {
					return `ID="_assertion1" Version="2.0" IssueInstant="` + at(d) +
						`"`
				},
				time.Second - maxValidity,
				-time.Second,
			},
			"Conditions of a fraction too old": {
				conditions,
				func(d time.Duration) string {
					return `NotOnOrAfter="` +
						testNow().Add(d).Format("2006-01-02T15:04:05.000Z") + `"`
				},
				time.Millisecond - tolerance,
				-time.Millisecond,
			},
		} {
			p := setup{Skew: skew}.party(t)
			p.accept(t, reply{
				knobs:  signing("assertion"),
				before: []string{bound.old, bound.make(bound.last)},
			}.build(t))
			p.refuse(t, reply{
				knobs:  signing("assertion"),
				before: []string{bound.old, bound.make(bound.last + bound.step)},
			}.build(t), "saml_expired")
			if t.Failed() {
				t.Fatalf("%s, tolerance %s", name, tolerance)
			}
		}
	}
	for _, without := range []string{
		` NotBefore="2026-11-24T11:55:00Z"`,
		` NotOnOrAfter="2026-11-24T12:05:00Z"><saml:Aud`,
	} {
		with := ""
		if without[len(without)-3:] == "Aud" {
			with = `><saml:Aud`
		}
		setup{}.party(t).accept(t, reply{
			knobs:  signing("assertion"),
			before: []string{without, with},
		}.build(t))
	}
}
