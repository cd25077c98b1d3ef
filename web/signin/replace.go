package signin

import (
	"net/http"
	"net/url"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/ui"
)

// replacesField is the form field that names the session which the user agrees to
// end.
const replacesField = "replaces"

// agreedReplacement returns the session that a form of our own agrees to end; "" if
// none. A form posted by another site agrees to nothing.
func agreedReplacement(r *http.Request, form url.Values) sso.SessionID {
	if r.Method != http.MethodPost || !fromOwnOrigin(r) {
		return ""
	}
	id, err := sso.ParseID[sso.SessionID](form.Get(replacesField))
	if err != nil {
		return ""
	}
	return id
}

// fromOwnOrigin reports whether a page of our own origin sent the request. Without
// the browser's header it counts as another site.
func fromOwnOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// sessionCookieWithheld reports whether the browser may have a session cookie that
// it did not send because another site posted the response (SameSite=Lax), and no
// browser cookie tells the session.
func (s *Signin) sessionCookieWithheld(r *http.Request) bool {
	another := r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != ""
	return r.Method == http.MethodPost &&
		another &&
		!fromOwnOrigin(r) &&
		s.Sessions.BrowserOf(r) == ""
}

// redeliver shows the page that posts a response once more from our own site, and
// sets the browser's cookie.
func (s *Signin) redeliver(w http.ResponseWriter, r *http.Request) error {
	s.Sessions.Browser(w, r)
	return s.Pages.Render(w, r, http.StatusOK, ui.NewReturn(r.URL.EscapedPath(), r.PostForm))
}

// askAtLink asks before a sign-in at another company starts.
func (s *Signin) askAtLink(
	w http.ResponseWriter, r *http.Request, current sso.Principal, to sso.Enterprise, start login.Start,
) error {
	return s.ask(w, r, login.Question{
		Current:    current,
		Enterprise: to,
	}, linkValues(to.Key, start), linkPath)
}

// askAtResponse asks when a response would replace a session. Agreeing posts an
// unused response again, and else starts a new sign-in.
func (s *Signin) askAtResponse(w http.ResponseWriter, r *http.Request, q login.Question) error {
	if q.Unused {
		return s.ask(w, r, q, r.PostForm, r.URL.EscapedPath())
	}
	q.Login = "" // the new sign-in names it
	return s.ask(w, r, q, linkValues(q.Enterprise.Key, login.Start{
		Connection: q.Connection,
		ReturnTo:   q.ReturnTo,
	}), linkPath)
}

func (s *Signin) ask(
	w http.ResponseWriter, r *http.Request, q login.Question, form url.Values, action string,
) error {
	fields := url.Values{replacesField: {string(q.Current.Session.ID)}}
	for name, values := range form {
		if name != replacesField {
			fields[name] = values
		}
	}
	p := newReplace(q.Current, q.Enterprise, q.Login, sso.Redirect{
		URL:  action,
		Form: fields,
	})
	return s.Pages.Render(w, r, http.StatusOK, p)
}
