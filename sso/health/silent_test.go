package health_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/sso/health"
)

// every returns visits at a pause, the last at begin.
func every(pause time.Duration, n int) (visits []time.Time) {
	for i := range n {
		visits = append(visits, begin.Add(-pause*time.Duration(n-1-i)))
	}
	return visits
}

func TestSilent(t *testing.T) {
	t.Parallel()
	cycle := 40 * time.Minute
	night := append(every(cycle, 6), begin.Add(14*time.Hour), begin.Add(14*time.Hour+cycle))
	for name, c := range map[string]struct {
		provider sso.Provider
		visits   []time.Time
		after    time.Duration // of the last visit
		want     bool
	}{
		"never came":               {sso.Entra, nil, 100 * time.Hour, false},
		"came twice":               {sso.Entra, every(cycle, 2), 100 * time.Hour, false},
		"two cycles":               {sso.Entra, every(cycle, 4), 2 * cycle, false},
		"three cycles":             {sso.Entra, every(cycle, 4), 3 * cycle, false},
		"longer":                   {sso.Entra, every(cycle, 4), 3*cycle + time.Minute, true},
		"short cycles":             {sso.Entra, every(15*time.Minute, 9), time.Hour, false},
		"quiet nights":             {sso.Entra, night, 24 * time.Hour, false},
		"quiet for three":          {sso.Entra, night, 43 * time.Hour, true},
		"pushes on change":         {sso.Okta, night, 100 * time.Hour, false},
		"pushes at times":          {sso.Okta, every(2*time.Hour, 8), 100 * time.Hour, false},
		"pushes regularly":         {sso.Okta, every(2*time.Hour, 9), 7 * time.Hour, true},
		"pushes regularly, so far": {sso.Okta, every(2*time.Hour, 9), 5 * time.Hour, false},
	} {
		conn := samlConnection()
		conn.State, conn.Provider = sso.ConnectionEnabled, c.provider
		conn.Live.Provisioning = sso.ProvisionSCIM
		state := health.State{
			Connections: []sso.Connection{conn},
			Visits:      map[sso.ConnectionID][]time.Time{conn.ID: c.visits},
			Now:         begin,
		}
		if len(c.visits) > 0 {
			state.Now = c.visits[len(c.visits)-1].Add(c.after)
		}
		f, found := only(health.Evaluate(state), sso.HealthSilent)
		if found != c.want {
			t.Errorf("%s: %t: %s", name, found, f.Text)
		}
		if found && (!strings.Contains(f.Text, c.provider.Product()) || f.Do == "" || f.At.IsZero()) {
			t.Errorf("%s: got %+v", name, f)
		}
		conn.Live.Provisioning = sso.ProvisionJIT
		if _, found := only(health.Evaluate(state), sso.HealthSilent); found {
			t.Errorf("%s: silent, and does not provision", name)
		}
	}
}

func only(all []sso.Finding, kind sso.HealthKind) (sso.Finding, bool) {
	for _, f := range all {
		if f.Kind == kind {
			return f, true
		}
	}
	return sso.Finding{}, false
}

func TestMembersMissing(t *testing.T) {
	t.Parallel()
	line := drift.Line{
		Name:  "grp_all",
		Group: sso.Group{ID: "group-1"},
		Count: drift.Count{
			Expected: 269,
			Actual:   21,
			Missing:  248,
		},
		Reasons: []drift.Reason{
			{
				Reason:  sso.DriftNeverSent,
				Missing: true,
				People:  240,
				Since:   begin,
			},
			{
				Reason:  sso.DriftDeactivated,
				Missing: true,
				People:  8,
				Since:   begin.Add(-day),
			},
		},
	}
	report := drift.Report{
		Connection: samlConnection(),
		Applied:    true,
		Lines:      []drift.Line{line},
	}
	evaluate := func(after time.Duration, change func(*drift.Report)) (sso.Finding, bool) {
		r := report
		r.Lines = []drift.Line{line}
		change(&r)
		return only(health.Evaluate(health.State{
			Now:         begin.Add(after),
			Connections: []sso.Connection{samlConnection()},
			Drift:       []drift.Report{r},
		}), sso.HealthMissing)
	}
	nothing := func(*drift.Report) {}
	if f, found := evaluate(79*time.Minute, nothing); found {
		t.Errorf("within two cycles: %s", f.Text)
	}
	f, found := evaluate(80*time.Minute, nothing)
	if !found || f.Subject != "group-1" || !strings.Contains(f.Text, "248 of 269 people who should be in grp_all are missing") ||
		!strings.Contains(f.Text, "Most: never sent as a member") || f.Do == "" || !f.At.Equal(begin) {
		t.Errorf("got %+v", f)
	}
	for name, change := range map[string]func(*drift.Report){
		"being applied": func(r *drift.Report) { r.Applying = true },
		"no effect":     func(r *drift.Report) { r.Applied = false },
		"no fault":      func(r *drift.Report) { r.Lines[0].Reasons = r.Lines[0].Reasons[1:] },
		"no group":      func(r *drift.Report) { r.Lines[0].Group.ID = "" },
	} {
		if f, found := evaluate(day, change); found {
			t.Errorf("%s: %s", name, f.Text)
		}
	}
}
