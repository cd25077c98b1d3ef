package storetest

import (
	"time"

	"gatehouse/sso"
)

// ofTheInstallation are the methods about admins that belong to no enterprise.
func ofTheInstallation() map[string]string {
	return map[string]string{
		"Admin":               "the instance's",
		"AdminByLogin":        "the instance's",
		"ApplyProvisioned":    "background work over all tenants",
		"Admins":              "the instance's",
		"UpdateAdmin":         "the instance's",
		"HasAdmin":            "the instance's",
		"HasRecovery":         "the instance's",
		"CreateInvitation":    "the instance's",
		"Invitation":          "the instance's",
		"AcceptInvitation":    "the instance's",
		"RefusedAdmin":        "the instance's",
		"StartAdminSession":   "the instance's",
		"AdminSession":        "the instance's",
		"EndAdminSession":     "the instance's",
		"ConfirmAdminSession": "the instance's",
		"SaveChallenge":       "the instance's",
		"UseChallenge":        "found by 256 random bits",
		"SetupLinkByToken":    "found by 256 random bits",
		"Rehearse":            "runs what it is given",
		"RecordContacts":      "a request names the connection alone",
		"OpenSetupLink":       "found by 256 random bits",
		"SetupSession":        "found by 256 random bits",
		"EndSetupSession":     "found by 256 random bits",
	}
}

func (f foreign) access() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	user := f.user.ID
	return calls{
		"AdminByUser": func() (int, error) {
			a, err := db.AdminByUser(ctx, ent, user)
			return count(a.ID != ""), err
		},
		"Administers": func() (int, error) {
			yes, err := db.Administers(ctx, ent, user)
			return count(yes), err
		},
		"EnterpriseAdmins": func() (int, error) {
			all, _, err := db.EnterpriseAdmins(ctx, ent, sso.Page{})
			return len(all), err
		},
		"AdminGroups": func() (int, error) {
			all, err := db.AdminGroups(ctx, ent)
			return len(all), err
		},
		"AddEnterpriseAdmin": func() (int, error) {
			return 0, db.AddEnterpriseAdmin(ctx, by, ent, user)
		},
		"RemoveEnterpriseAdmin": func() (int, error) {
			return 0, db.RemoveEnterpriseAdmin(ctx, by, ent, user)
		},
		"EnforceSSO": func() (int, error) {
			return 0, db.EnforceSSO(ctx, by, ent, false, "")
		},
	}
}

func (f foreign) appointments() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	user := f.user.ID
	return calls{
		"AdministeredBy": func() (int, error) {
			all, err := db.AdministeredBy(ctx, ent, user)
			return len(all), err
		},
		"OrganizationAdmins": func() (int, error) {
			all, _, err := db.OrganizationAdmins(ctx, ent, "", sso.Page{})
			return len(all), err
		},
		"AddOrganizationAdmin": func() (int, error) {
			a, err := db.AddOrganizationAdmin(ctx, by, ent, f.other.orgs["web"].ID, user, true)
			return count(a.User.ID != ""), err
		},
		"RemoveOrganizationAdmin": func() (int, error) {
			return 0, db.RemoveOrganizationAdmin(ctx, by, ent, f.w.orgs["web"].ID, user)
		},
	}
}

func (f foreign) setupLinks() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"CreateSetupLink": func() (int, error) {
			_, err := db.CreateSetupLink(ctx, by, sso.SetupLink{
				Enterprise: ent,
				Connection: f.w.conn.ID,
				MaxOpens:   1,
				ExpiresAt:  f.w.clock.Now().Add(time.Hour),
			})
			return 0, err
		},
		"SetupLinks": func() (int, error) {
			all, _, err := db.SetupLinks(ctx, ent, sso.Page{})
			return having(all, func(l sso.SetupLink) bool {
				return l.ID == f.link.ID
			}), err
		},
		"SetupLink": func() (int, error) {
			l, err := db.SetupLink(ctx, ent, f.link.ID)
			return count(l.ID != ""), err
		},
		"RevokeSetupLink": func() (int, error) {
			return 0, db.RevokeSetupLink(ctx, by, ent, f.link.ID)
		},
	}
}

func (f foreign) trust() calls {
	ctx, db, ent := f.w.Context(), f.w.db, f.other.ent.ID
	return calls{
		"UpdateTrust": func() (int, error) {
			_, err := db.UpdateTrust(
				ctx,
				by,
				ent,
				f.w.conn.ID,
				"connection.trust_approved",
				func(c sso.Connection) (sso.Trust, error) {
					return sso.Trust{Since: f.w.clock.Now()}, nil
				},
			)
			return 0, err
		},
		"BrowserUser": func() (int, error) {
			u, err := db.BrowserUser(
				ctx, ent, f.w.conn.ID, f.signIn.Session.Browser, time.Time{},
			)
			return count(u != ""), err
		},
		"UserByLogin": func() (int, error) {
			u, err := db.UserByLogin(ctx, ent, f.w.conn.ID, f.user.Login)
			return count(u != ""), err
		},
		"TrustsAnyone": func() (int, error) {
			yes, err := db.TrustsAnyone(ctx, ent, f.other.conn.ID)
			return count(yes), err
		},
		"BindSetupLink": func() (int, error) {
			return 0, db.BindSetupLink(ctx, ent, f.link.ID, f.w.conn.ID)
		},
	}
}

// setupLink makes a link that opens once within the hour.
func (w *world) setupLink(c sso.ConnectionID) sso.SetupLink {
	w.Helper()
	l, err := w.db.CreateSetupLink(w.Context(), by, sso.SetupLink{
		Enterprise: w.ent.ID,
		Connection: c,
		Token:      sso.NewSecret().Hash(),
		For:        "Ada",
		MaxOpens:   1,
		ExpiresAt:  w.clock.Now().Add(time.Hour),
	})
	w.ok(err)
	return l
}
