package connection

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (h *Handlers) certificates(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showCertificates(w, r, v, nil)
}

func (h *Handlers) showCertificates(w http.ResponseWriter, r *http.Request, v console.Visit, refused error) error {
	c := v.Connection
	used, err := h.Connections.Certificates(r.Context(), c.Enterprise, c.ID)
	if err != nil {
		return fmt.Errorf("list certificates: %w", err)
	}
	p := &connectionCertificatesPage{
		Base:     h.base(v, true),
		Revision: strconv.FormatInt(c.Revision, 10),
	}
	p.Flash = console.Said(r, map[string]string{
		"added":     "The certificate is in the draft.",
		"removed":   "The certificate is removed in the draft.",
		"new":       "The metadata was fetched and has changed.",
		"same":      "The metadata was fetched. Nothing has changed.",
		"confirmed": "The new certificates are trusted from now on.",
		"rotated":   "There is a new key. Give its certificate to the identity provider.",
	})
	p.Field = ui.Field{
		ID:    "certificate",
		Name:  "certificate",
		Label: "Certificate",
		Kind:  "area",
		Mono:  true,
		Lines: 8,
		Most:  65536,
		Hint:  "The text between BEGIN CERTIFICATE and END CERTIFICATE, with these lines or without.",
		Value: r.PostForm.Get("certificate"),
	}
	h.listIDPCertificates(p, v, used)
	h.metadata(p, v)
	p.Pending = pending(v)
	for i, k := range c.Keys {
		label := "The key in use: it signs"
		if i > 0 {
			label = "An older key, still read with"
		}
		p.Own = append(p.Own, ownKey{
			Label:    label,
			Made:     h.time(k.CreatedAt),
			Download: at(v, "certificates", "own", string(k.ID)),
		})
	}
	if len(c.Keys) > 0 {
		p.Rotate = &ui.Confirm{
			Label:  "Create a new key",
			Action: at(v, "certificates", "rotate"),
			Button: "Create a new key",
			Text:   "It signs from now on, at once. What is encrypted to an older one can still be read. If the identity provider checks our signatures, give it the new certificate right away: until then it refuses us.",
		}
	}
	if refused != nil {
		p.Wrong = certificateFaults(refused, &p.Field)
	}
	return h.Console.Render(w, console.FormStatus(refused), p)
}

// certificateFaults puts what is wrong with a certificate on the only field.
func certificateFaults(err error, field *ui.Field) []ui.Wrong {
	all := ui.Blame(err)
	for i, f := range all {
		if f.Label == "certificate" || strings.HasPrefix(f.Label, "saml.certificates") {
			field.Error = f.Message
			all[i].ID, all[i].Label = field.ID, field.Label
		} else if f.Label != "" {
			all[i].Label = console.FieldLabel(f.Label)
		}
	}
	return all
}

// metadata is how fetching it went.
func (h *Handlers) metadata(p *connectionCertificatesPage, v console.Visit) {
	c := v.Connection
	cfg := serving(c)
	if cfg == nil || cfg.SAML == nil {
		p.Metadata = []ui.Fact{{
			Label: "Keys",
			Value: "Fetched from the provider when needed. There is nothing to roll over by hand.",
		}}
		return
	}
	p.Add = at(v, "certificates")
	if cfg.SAML.MetadataURL == "" {
		p.Metadata = []ui.Fact{{Label: "Address", Value: "none: certificates are changed by hand"}}
		return
	}
	p.Refresh = at(v, "certificates", "refresh")
	checked := h.time(c.Metadata.CheckedAt)
	result := ui.Fact{
		Label: "Result",
		Value: "It worked",
		Badge: &ui.Badge{Label: "ok", State: "ok"},
	}
	switch {
	case c.Metadata.Error != "":
		result = ui.Fact{
			Label: "Result",
			Value: c.Metadata.Error,
			Badge: &ui.Badge{Label: "failed", State: "error"},
		}
	case c.Metadata.CheckedAt.IsZero():
		result = ui.Fact{
			Label: "Result",
			Value: "It is fetched about every hour, once the connection is enabled",
		}
	}
	p.Metadata = []ui.Fact{
		{
			Label: "Address",
			Value: cfg.SAML.MetadataURL,
			Code:  true,
		},
		{
			Label: "Fetched",
			Time:  &checked,
		},
		result,
	}
}

// serving is what people sign in with, or else what is being edited.
func serving(c sso.Connection) *sso.Config {
	if c.Live != nil {
		return c.Live
	}
	return c.Draft
}

// edited is what an edit begins from.
func edited(c sso.Connection) *sso.Config {
	if c.Draft != nil {
		return c.Draft
	}
	return c.Live
}

func trustedBy(cfg *sso.Config) []sso.Certificate {
	if cfg == nil || cfg.SAML == nil {
		return nil
	}
	return cfg.SAML.Certificates
}

// listIDPCertificates adds the certificates of the identity provider to p: those
// that are trusted, those that the draft adds, and those that were trusted before.
func (h *Handlers) listIDPCertificates(p *connectionCertificatesPage, v console.Visit, used []sso.CertificateUse) {
	c := v.Connection
	all := slices.Concat(trustedBy(c.Live), trustedBy(c.Draft))
	window := windowOf(all, h.Now())
	p.Window = window.from.Format("January 2006") + " to " + window.to.Format("January 2006")
	seen := map[string]bool{}
	for _, x := range all {
		f := x.Fingerprint()
		if seen[f] {
			continue
		}
		seen[f] = true
		row := certificateRow{
			State:       trustBadge(c, f),
			Fingerprint: fingerprint(f),
			Source:      source(x.Source),
			Used:        ui.Time{Relative: "never"},
		}
		if row.State.State == "warn" {
			p.Draft = at(v)
		}
		h.describe(&row, x, window)
		if has(trustedBy(edited(c)), f) {
			row.Remove = removal(v, x, f)
			if row.Remove != nil {
				row.Remove.About = row.Subject
			}
		}
		if i := slices.IndexFunc(used, func(u sso.CertificateUse) bool {
			return u.Fingerprint == f
		}); i >= 0 {
			row.Used = h.time(used[i].LastUsed)
		}
		p.Rows = append(p.Rows, row)
	}
	for _, u := range used {
		if !seen[u.Fingerprint] {
			p.Rows = append(p.Rows, certificateRow{
				Subject:     "No longer trusted",
				Fingerprint: fingerprint(u.Fingerprint),
				State:       ui.Badge{Label: "retired"},
				Source:      source(u.Source),
				Used:        h.time(u.LastUsed),
			})
		}
	}
}

// trustBadge returns whether a certificate is trusted now and after the draft is
// enabled; the state of the badge is "warn" if the draft changes it.
func trustBadge(c sso.Connection, fingerprint string) ui.Badge {
	inLive, inDraft := has(trustedBy(c.Live), fingerprint), has(trustedBy(c.Draft), fingerprint)
	switch {
	case inLive && (c.Draft == nil || inDraft):
		return ui.Badge{Label: "trusted", State: "ok"}
	case inLive:
		return ui.Badge{Label: "trusted, removed in the draft", State: "warn"}
	}
	return ui.Badge{Label: "pending in the draft", State: "warn"}
}

// removal asks before a certificate goes. One of metadata that is fetched goes
// when the metadata says so, and the last one stays.
func removal(v console.Visit, x sso.Certificate, f string) *ui.Confirm {
	cfg := edited(v.Connection)
	if cfg.SAML.MetadataURL != "" && x.Source == sso.FromMetadata ||
		len(cfg.SAML.Certificates) == 1 {
		return nil
	}
	return &ui.Confirm{
		Label:  "Remove",
		Text:   "Answers signed with it are refused, once the draft is enabled.",
		Action: at(v, "certificates", "remove"),
		Button: "Remove in the draft",
		Danger: true,
		Fields: []ui.HiddenField{
			{
				Name:  "fingerprint",
				Value: f,
			},
			console.RevisionField(v.Connection.Revision),
		},
	}
}

func has(all []sso.Certificate, fingerprint string) bool {
	return slices.ContainsFunc(all, func(c sso.Certificate) bool {
		return c.Fingerprint() == fingerprint
	})
}

func source(s sso.CertificateSource) string {
	if s == sso.FromMetadata {
		return "metadata"
	}
	return "by hand"
}

// span is what a line stands for.
type span struct{ from, to time.Time }

// windowOf is what all lifetimes fit into, and now with them. Certificates for
// thirty years are common: so far ahead there is nothing to see.
func windowOf(all []sso.Certificate, now time.Time) span {
	w := span{now.AddDate(0, -1, 0), now.AddDate(0, 1, 0)}
	for _, c := range all {
		cert, err := c.Parse()
		if err != nil {
			continue
		}
		if cert.NotBefore.Before(w.from) {
			w.from = cert.NotBefore
		}
		if cert.NotAfter.After(w.to) {
			w.to = cert.NotAfter
		}
	}
	if earliest := now.AddDate(-3, 0, 0); w.from.Before(earliest) {
		w.from = earliest
	}
	if latest := now.AddDate(5, 0, 0); w.to.After(latest) {
		w.to = latest
	}
	return w
}

// place is where a moment is on the line, as a part of 1000.
func (s span) place(t time.Time) int {
	return max(0, min(1000, int(1000*t.Sub(s.from).Seconds()/s.to.Sub(s.from).Seconds())))
}

func (h *Handlers) describe(row *certificateRow, x sso.Certificate, window span) {
	cert, err := x.Parse()
	if err != nil {
		row.Subject = "A certificate that cannot be read"
		return
	}
	row.Subject = cert.Subject.CommonName
	if row.Subject == "" {
		row.Subject = cert.Subject.String()
	}
	now, from := h.Now(), window.place(cert.NotBefore)
	life := &lifeline{
		From:   from,
		Length: max(4, window.place(cert.NotAfter)-from),
		Now:    window.place(now),
		State:  "ok",
	}
	left := int(cert.NotAfter.Sub(now) / day)
	until := cert.NotAfter.UTC().Format("2 January 2006")
	switch {
	case now.Before(cert.NotBefore):
		life.State, life.Text = "warn", "from "+cert.NotBefore.UTC().Format("2 January 2006")+
			" until "+until
	case now.After(cert.NotAfter):
		life.State, life.Text = "error", "expired on "+until
	default:
		life.Text = "until " + until + ", " + ui.Count(left, "day left", "days left")
		if left < 30 {
			life.State = "warn"
		}
	}
	row.Life = life
}

// texts are the certificates that an edit has to name to keep them.
func texts(cfg *sso.Config, except string) []string {
	all := []string{}
	for _, c := range trustedBy(cfg) {
		if c.Fingerprint() != except && (cfg.SAML.MetadataURL == "" || c.Source == sso.FromAdmin) {
			all = append(all, base64.StdEncoding.EncodeToString(c.Raw))
		}
	}
	return all
}

func (h *Handlers) addCertificate(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	text := strings.TrimSpace(r.PostForm.Get("certificate"))
	if text == "" {
		return h.showCertificates(
			w,
			r,
			v,
			sso.InvalidField(
				"certificate_unreadable", "certificate",
				"Enter a certificate: the text between BEGIN CERTIFICATE and END CERTIFICATE.",
			),
		)
	}
	return h.trust(w, r, v, append(texts(edited(v.Connection), ""), text), "added")
}

func (h *Handlers) removeCertificate(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	f, cfg := r.PostForm.Get("fingerprint"), edited(v.Connection)
	if !has(trustedBy(cfg), f) {
		return sso.NothingHere()
	}
	if len(trustedBy(cfg)) == 1 {
		return h.showCertificates(w, r, v, &sso.Error{
			Kind:   sso.Conflict,
			Code:   "validation_failed",
			Public: "This is the only certificate that is trusted. Add the new one first.",
		})
	}
	return h.trust(w, r, v, texts(cfg, f), "removed")
}

// trust edits which certificates are trusted besides those of the metadata.
func (h *Handlers) trust(w http.ResponseWriter, r *http.Request, v console.Visit, all []string, word string) error {
	if v.Connection.Protocol != sso.SAML {
		return sso.NothingHere()
	}
	_, _, err := h.Setup.Edit(
		r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID,
		connections.Edit{
			Revision: console.Revision(r.PostForm),
			SAML:     &connections.SAMLEdit{Certificates: all},
		},
	)
	switch {
	case console.OnForm(err):
		return h.showCertificates(w, r, v, err)
	case err != nil:
		return fmt.Errorf("change certificates: %w", err)
	}
	return console.Done(w, at(v, "certificates"), word)
}

func (h *Handlers) refresh(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	_, changed, err := h.Setup.RefreshMetadata(
		r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID,
	)
	switch {
	case console.OnForm(err):
		return h.showCertificates(w, r, v, err)
	case err != nil:
		return fmt.Errorf("fetch the metadata: %w", err)
	case changed:
		return console.Done(w, at(v, "certificates"), "new")
	}
	return console.Done(w, at(v, "certificates"), "same")
}

// pending asks whether certificates are right that the metadata put in place of all
// others; nil if none wait.
func pending(v console.Visit) *ui.Confirm {
	cfg := serving(v.Connection)
	if cfg != nil && cfg.OIDC != nil && len(cfg.OIDC.PendingKeys) > 0 {
		return &ui.Confirm{
			Label:  "Confirm the new keys",
			Action: at(v, "certificates", "confirm"),
			Button: "Trust the new keys",
			Text: "The identity provider now publishes other keys alone, by their thumbprints: " +
				strings.Join(cfg.OIDC.PendingKeys, ", ") +
				". Compare them with what its admin tells you. Sign-ins are refused until you confirm.",
		}
	}
	if cfg == nil || cfg.SAML == nil || len(cfg.SAML.Pending) == 0 {
		return nil
	}
	var names []string
	for _, c := range cfg.SAML.Pending {
		names = append(names, c.Fingerprint())
	}
	return &ui.Confirm{
		Label:  "Confirm the new certificates",
		Action: at(v, "certificates", "confirm"),
		Button: "Trust the new certificates",
		Text: "The metadata now names other certificates alone, by SHA-256: " +
			strings.Join(names, ", ") + ". Compare them with what the admin of the identity provider tells you. " +
			"The certificates above are trusted until you confirm; afterwards they no longer are.",
	}
}

func (h *Handlers) confirmKeys(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	switch _, err := h.Setup.ConfirmKeys(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID); {
	case console.OnForm(err):
		return h.showCertificates(w, r, v, err)
	case err != nil:
		return fmt.Errorf("confirm certificates: %w", err)
	}
	return console.Done(w, at(v, "certificates"), "confirmed")
}

func (h *Handlers) rotate(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	_, err := h.Setup.RotateKey(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID)
	switch {
	case console.OnForm(err):
		return h.showCertificates(w, r, v, err)
	case err != nil:
		return fmt.Errorf("make a new key: %w", err)
	}
	return console.Done(w, at(v, "certificates"), "rotated")
}

// ownCertificate is one of ours, as a file.
func (h *Handlers) ownCertificate(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	for _, k := range v.Connection.Keys {
		if string(k.ID) == r.PathValue("key") {
			w.Header().Set("Content-Type", "application/x-pem-file")
			w.Header().Set("Content-Disposition", `attachment; filename="signing-certificate.pem"`)
			w.Header().Set("Cache-Control", "no-store")
			return pem.Encode(w, &pem.Block{
				Type:  "CERTIFICATE",
				Bytes: k.Certificate,
			})
		}
	}
	return sso.NothingHere()
}
