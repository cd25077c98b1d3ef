package ops

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gatehouse/sso"
	"gatehouse/sso/drift"
)

// Metrics counts events in its own registry. No label has a value
// that a stranger chooses: routes are patterns, reasons are our own codes.
type Metrics struct {
	registry     *prometheus.Registry
	requests     *prometheus.CounterVec
	duration     *prometheus.HistogramVec
	logins       *prometheus.CounterVec
	changes      *prometheus.CounterVec
	forward      *prometheus.CounterVec
	scim         *prometheus.CounterVec
	certificates *prometheus.GaugeVec
	drift        *prometheus.GaugeVec
}

// NewMetrics makes the counters, with those of the Go runtime and the process.
func NewMetrics(b Build) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_http_requests_total",
			Help: "Requests answered, by route pattern and status.",
		}, []string{"route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "gatehouse_http_request_duration_seconds",
			Help:    "Time to answer, by route pattern.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		logins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_logins_total",
			Help: "Sign-ins that ended, by protocol, result and the code of the failure.",
		}, []string{"protocol", "result", "reason"}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_group_sync_changes_total",
			Help: "Memberships changed by group sync at sign-in.",
		}, []string{"op"}),
		forward: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_forward_auth_total",
			Help: "Requests that proxies asked about, by contract and outcome: allowed, or the code of the refusal.",
		}, []string{"contract", "outcome"}),
	}
	m.scim = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "gatehouse_scim_requests_total",
		Help: "Requests of identity providers that provision, by method, resource type and class of the status.",
	}, []string{"method", "resource", "status"})
	m.certificates = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "gatehouse_idp_certificate_days",
		Help: "Whole days until the certificate of an enabled connection that lasts longest expires; negative once it has.",
	}, []string{"connection"})
	m.drift = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "gatehouse_scim_group_drift",
		Help: "People who are missing from a group that an identity provider provisions, or extra in it, by group; " +
			"at most 50 groups of a connection.",
	}, []string{"connection", "group", "kind"})
	m.registry.MustRegister(
		m.requests,
		m.duration,
		m.logins,
		m.changes,
		m.forward,
		m.scim,
		m.certificates,
		m.drift,
		buildInfo(b),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	for _, op := range []string{"added", "removed"} {
		m.changes.WithLabelValues(op) // there from the start, so that a rate can be taken of the first change
	}
	return m
}

// buildInfo returns the gauge that says what runs.
func buildInfo(b Build) prometheus.Gauge {
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "gatehouse_build_info",
		Help: "Always 1; the labels say what runs.",
		ConstLabels: prometheus.Labels{
			"version":   b.Version,
			"revision":  b.Revision,
			"goversion": b.Go,
		},
	})
	build.Set(1)
	return build
}

// Database has the metrics tell how many statements were sent to the database, and in
// how many round trips; work is the store's.
func (m *Metrics) Database(work func() (statements, roundTrips int64)) {
	m.registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "gatehouse_database_statements_total",
			Help: "Statements sent to the database.",
		}, func() float64 {
			statements, _ := work()
			return float64(statements)
		}),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "gatehouse_database_round_trips_total",
			Help: "Round trips to the database; statements of a transaction share them.",
		}, func() float64 {
			_, roundTrips := work()
			return float64(roundTrips)
		}),
	)
}

// Request counts an answer; it is route.Options.Observe. pattern is "" if no
// route matched.
func (m *Metrics) Request(pattern string, status int, took time.Duration) {
	if pattern == "" {
		pattern = "none"
	}
	m.requests.WithLabelValues(pattern, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(pattern).Observe(took.Seconds())
}

// Login counts the end of a sign-in; it is login.Options.Observe. code is "" on
// success, and "unmatched" for a response that answers no sign-in, which is no
// failure of one.
func (m *Metrics) Login(p sso.Protocol, code string) {
	result := "success"
	switch code {
	case "":
	case "unmatched":
		result = code
	default:
		result = "failure"
	}
	m.logins.WithLabelValues(string(p), result, code).Inc()
}

// Synced counts changed memberships; it is login.Options.Synced.
func (m *Metrics) Synced(added, removed int) {
	m.changes.WithLabelValues("added").Add(float64(added))
	m.changes.WithLabelValues("removed").Add(float64(removed))
}

// ForwardAuth counts responses to proxies; it is
// forwardauth.Options.Observe.
func (m *Metrics) ForwardAuth(contract, outcome string) {
	m.forward.WithLabelValues(contract, outcome).Inc()
}

// SCIM counts a request of an identity provider; it is
// provisioning.LedgerOptions.Observe. resource is "" for a request about none.
func (m *Metrics) SCIM(method, resource string, status int) {
	if resource == "" {
		resource = "none"
	}
	m.scim.WithLabelValues(method, resource, strconv.Itoa(status/100)+"xx").Inc()
}

// Certificate keeps how long a connection's certificate lasts; it is
// health.Options.Observe.
func (m *Metrics) Certificate(c sso.Connection, daysLeft int) {
	m.certificates.WithLabelValues(string(c.ID)).Set(float64(daysLeft))
}

// mostDrifting is how many groups of a connection have a series.
const mostDrifting = 50

// Drift keeps how many people are missing from the groups of a connection, or extra
// in them; it is health.Options.ObserveDrift. A group that does not differ has no
// series.
func (m *Metrics) Drift(r drift.Report) {
	m.drift.DeletePartialMatch(prometheus.Labels{"connection": string(r.Connection.ID)})
	shown := 0
	for _, l := range r.Lines {
		if l.Group.ID == "" || l.Missing == l.Excused && l.Extra == l.Kept || shown == mostDrifting {
			continue
		}
		shown++
		m.drift.WithLabelValues(string(r.Connection.ID), string(l.Group.ID), "missing").Set(float64(l.Missing - l.Excused))
		m.drift.WithLabelValues(string(r.Connection.ID), string(l.Group.ID), "extra").Set(float64(l.Extra - l.Kept))
	}
}

// Handler serves them in the Prometheus text formats.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
