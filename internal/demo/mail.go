package demo

import (
	"net/http"
	"time"
)

// lookEvery is how often a page that keeps looking for letters does so.
const lookEvery = "4"

type mailPage struct {
	basePage
	Letters []letterView
	Looking bool // again and again
}

type letterView struct {
	To, From, Subject, Text string
	At, AtISO               string
}

// mail shows the letters that were sent. Keeping to look works by a header of
// old, and so without a script.
func (d *Demo) mail(w http.ResponseWriter, r *http.Request) error {
	pg := &mailPage{basePage: basePage{Title: "Outgoing mail"}, Looking: r.URL.Query().Has("looking")}
	for _, l := range d.options.Outside.mail.Letters() {
		pg.Letters = append(pg.Letters, letterView{
			To: l.To, From: l.From, Subject: l.Subject, Text: l.Text, At: clock(l.At), AtISO: l.At.UTC().Format(time.RFC3339),
		})
	}
	if err := d.whoIsThere(r, &pg.basePage); err != nil {
		return err
	}
	if pg.Looking {
		w.Header().Set("Refresh", lookEvery)
	}
	return d.render(w, http.StatusOK, "mail", pg)
}
