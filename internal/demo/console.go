package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"gatehouse/sso"
)

// consolePath signs a browser in as the demo's operator, without a password. Only the
// demo has this path.
const consolePath = "/demo/console"

// operatorLogin is an e-mail address, so that mail about problems arrives in the
// demo's mailbox. The domain is reserved (RFC 2606).
const operatorLogin = "olive@operators.example"

// operator loads the demo's operator or creates it.
func (d *Demo) operator(ctx context.Context) error {
	db := d.options.Store
	var err error
	if d.olive, err = db.AdminByLogin(ctx, operatorLogin); err == nil || sso.KindOf(err) != sso.NotFoundKind {
		return err
	}
	token := sso.NewSecret()
	if _, err = db.CreateInvitation(ctx, by, sso.Invitation{
		Token:     token.Hash(),
		Recovery:  true,
		ExpiresAt: d.options.Now().Add(time.Minute),
	}); err != nil {
		return fmt.Errorf("invite the operator: %w", err)
	}
	// Without a password, this account cannot sign in with one.
	if d.olive, err = db.AcceptInvitation(ctx, token.Hash(), sso.Admin{
		Login: operatorLogin,
		Name:  "Olive Operator",
	}); err != nil {
		return fmt.Errorf("make the operator: %w", err)
	}
	return nil
}

func (d *Demo) console(w http.ResponseWriter, r *http.Request) error {
	token := sso.NewSecret()
	err := d.options.Store.StartAdminSession(r.Context(), sso.AdminSession{
		Token:     token.Hash(),
		Admin:     d.olive.ID,
		Remote:    r.RemoteAddr,
		UserAgent: r.UserAgent(),
		ExpiresAt: d.options.Now().Add(12 * time.Hour),
	}, "demo")
	if err != nil {
		return fmt.Errorf("start a session of the operator: %w", err)
	}
	if err := d.options.Admit(w, token); err != nil {
		return err
	}
	to := sso.ReturnTo(r.URL.Query().Get("return_to"))
	d.seen.inConsole(to == d.hooliPath("drift"))
	if to == "/" {
		to = "/admin"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// consoleLink returns a link that signs in to the console and leads to a page of it.
func consoleLink(path string) string { return consolePath + "?return_to=" + path }
