package connections

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

var tenantPattern = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

// directory applies an edit of the directory that groups are read from. Without a
// tenant and an application the directory is removed.
func (w *editing) directory(e DirectoryEdit) {
	var d sso.Directory
	if w.cfg.Directory != nil {
		d = *w.cfg.Directory
	}
	set(&d.Tenant, e.Tenant)
	if tenant, err := address.Host(d.Tenant); err == nil {
		d.Tenant = tenant // a domain of the tenant
	}
	set(&d.ClientID, e.ClientID)
	set(&d.ClientSecret, e.ClientSecret)
	set(&d.ByID, e.ByID)
	if e.ClientSecret != nil &&
		*e.ClientSecret != "" &&
		e.ClientSecret.Reveal() == e.ClientSecret.String() {
		w.add(
			invalid, "directory.client_secret",
			"This is the placeholder shown in place of the secret. Enter the secret itself, or leave it out.",
		)
	}
	w.cfg.Directory = &d
	if d.Tenant == "" && d.ClientID == "" {
		w.cfg.Directory = nil
	}
}

func (w *editing) checkDirectory() {
	d := w.cfg.Directory
	if d == nil {
		return
	}
	switch {
	case !tenantPattern.MatchString(d.Tenant):
		w.add(invalid, "directory.tenant", "Enter the tenant ID, or a domain of the tenant.")
	case slices.Contains(
		[]string{"common", "organizations", "consumers"}, strings.ToLower(d.Tenant),
	):
		w.add(invalid, "directory.tenant", "This stands for every tenant. Enter the ID of yours.")
	}
	w.text("directory.client_id", d.ClientID, maxClientID)
	if d.ClientID == "" {
		w.add(invalid, "directory.client_id", "Enter the application’s client ID.")
	}
	if secret := d.ClientSecret.Reveal(); len(secret) > maxClientSecret || !sso.Printable(secret) {
		w.add(
			invalid,
			"directory.client_secret",
			fmt.Sprintf("Use at most %d bytes, without control characters.", maxClientSecret),
		)
	}
	if w.cfg.Provisioning == sso.ProvisionSCIM {
		w.warn("directory", "Memberships come by provisioning: no sign-in asks for groups.")
	}
}
