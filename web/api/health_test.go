package api

import (
	"testing"

	"gatehouse/sso"
)

func TestHealthEvents(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ent, conn := sso.EnterpriseID(
			f.acme["enterprise"],
		), sso.ConnectionID(f.acme["connection"])
		certificate := sso.Finding{
			HealthKey: sso.HealthKey{
				Kind:       sso.HealthCertificate,
				Connection: conn,
				Subject:    "a",
			},
			Threshold: 30,
			FindingDetail: sso.FindingDetail{
				Text: "It expires.",
				Side: "company",
				Do:   "Renew it.",
				Path: "connections",
			},
		}
		held := sso.Finding{
			HealthKey: sso.HealthKey{Kind: sso.HealthHeld},
			FindingDetail: sso.FindingDetail{
				Text: "It waits.",
				Side: "you",
				Do:   "Decide.",
			},
		}
		for _, found := range [][]sso.Finding{{certificate, held}, {held}} {
			_, err := f.db.RecordHealth(t.Context(), ent, found)
			f.ok(err)
		}
		at := f.acme.in(enterprisePath + "/health-events")
		for query, want := range map[string]int{
			"":                                     4,
			"?open=true":                           1,
			"?open=false":                          4,
			"?kind=sync_held":                      1,
			"?kind=certificate_expiring&open=true": 0,
			"?limit=1":                             1,
		} {
			if got := f.do("GET", at+query, nil); got.Code != 200 || len(got.items()) != want {
				t.Errorf("%s: %s", query, got.Body)
			}
		}
		f.wants(f.do("GET", at+"?kind=x", nil), 422, "validation_failed")
		f.wants(f.do("GET", at+"?open=maybe", nil), 422, "validation_failed")
		e := f.do("GET", at+"?kind=certificate_expiring", nil).items()[0].(m)
		if e["threshold"] != float64(30) ||
			e["connection"] != string(conn) ||
			e["resolved_at"] == nil ||
			e["side"] != "company" {
			t.Errorf("%v", e)
		}
		if got := f.do("GET", f.other.in(enterprisePath+"/health-events"), nil); len(got.items()) != 2 {
			t.Errorf("another company's: %s", got.Body)
		}
	})
}
