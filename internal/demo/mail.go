package demo

import (
	"net/http"
	"time"
)

// lookEvery is the refresh interval of the mail page, in seconds.
const lookEvery = "4"

type mailPage struct {
	basePage
	Letters []letterView
	Looking bool // whether the page refreshes itself
}

type letterView struct {
	To, From, Subject, Text string
	At, AtISO               string
}

// mail shows the letters that were sent. It refreshes by the Refresh header, so
// without a script.
func (d *Demo) mail(w http.ResponseWriter, r *http.Request) error {
	pg := &mailPage{
		basePage: basePage{Title: "Outgoing mail"},
		Looking:  r.URL.Query().Has("looking"),
	}
	for _, l := range d.options.Outside.mail.Letters() {
		pg.Letters = append(pg.Letters, letterView{
			To:      l.To,
			From:    l.From,
			Subject: l.Subject,
			Text:    l.Text,
			At:      clock(l.At),
			AtISO:   l.At.UTC().Format(time.RFC3339),
		})
	}
	if err := d.setPrincipal(r, &pg.basePage); err != nil {
		return err
	}
	if pg.Looking {
		w.Header().Set("Refresh", lookEvery)
	}
	return d.render(w, r, http.StatusOK, "mail", pg)
}
