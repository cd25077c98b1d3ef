package directory

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// domainProver adds and proves domains; connections.Service does.
type domainProver interface {
	AddDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, name string) (sso.Domain, error)
	VerifyDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.DomainID) (sso.Domain, error)
}

func (d *Directory) domainPages() []console.Page {
	return []console.Page{
		forDomains("GET", "domains", d.domains),
		forDomains("POST", "domains", d.addDomain),
		forDomains("POST", "domains/{domain}/verify", d.verifyDomain),
		ofEnterprise("POST", "domains/{domain}/delete", d.deleteDomain),
	}
}

func domainForm(name string) []ui.Field {
	return []ui.Field{{
		ID:           "name",
		Name:         "name",
		Label:        "Domain",
		Hint:         "The part after the @ in your people’s addresses, such as acme.example.",
		Value:        name,
		Most:         253,
		Mono:         true,
		Autocomplete: "off",
		InputMode:    "url",
	}}
}

func (d *Directory) domains(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showDomains(w, r, v, domainForm(""), "", nil)
}

// showDomains lists them; wrong is about the form, or about the domain that was
// looked for.
func (d *Directory) showDomains(
	w http.ResponseWriter, r *http.Request, v console.Visit, form []ui.Field, about sso.DomainID, wrong error,
) error {
	all, err := d.Structure.Domains(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list domains: %w", err)
	}
	here := console.At(v.Enterprise, "domains")
	p := &domainsPage{
		Base:   d.Console.Base(v, console.AreaDomains),
		Action: here,
		Fields: form,
	}
	if about == "" {
		p.Wrong = ui.Blame(wrong, pointers(form)...)
	}
	p.Flash = console.Said(r, map[string]string{
		"added":    "Domain added. It takes effect once its record is found.",
		"verified": "The record was found. The domain is verified.",
		"deleted":  "Domain deleted.",
	})
	for _, domain := range all {
		row := d.domainRow(here, domain)
		if domain.ID == about {
			p.Missed = &ui.Todo{
				Text:  domain.Name + " could not be verified.",
				Href:  "#" + row.ID,
				Label: "See what was found",
			}
			row.Wrong = ui.Blame(wrong, &ui.Field{
				ID:    row.ID,
				Name:  "name",
				Label: domain.Name,
			})
		}
		if v.Role == sso.RoleSetupLink {
			row.Remove = nil // for admins alone
		}
		p.Rows = append(p.Rows, row)
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) domainRow(here string, domain sso.Domain) domainRow {
	row := domainRow{
		ID:     string(domain.ID),
		Name:   domain.Name,
		Proven: domain.Verified(),
		Since:  ui.NewTime(domain.CreatedAt, d.Now()),
		TXTName: ui.Copyable{
			ID:    string(domain.ID) + "-name",
			Value: domain.ChallengeName(),
		},
		TXTValue: ui.Copyable{
			ID:    string(domain.ID) + "-value",
			Value: domain.TXTRecord,
		},
		Verify: ui.Press{
			Label:  "Verify now",
			About:  "Verify now: " + domain.Name,
			Action: here + "/" + string(domain.ID) + "/verify",
		},
		Remove: &ui.Confirm{
			Label:  "Delete " + domain.Name,
			Text:   "It has no effect yet. Its DNS record can be removed, too.",
			Action: here + "/" + string(domain.ID) + "/delete",
			Button: "Delete",
			Danger: true,
		},
	}
	if domain.Verified() {
		row.Since = ui.NewTime(domain.VerifiedAt, d.Now())
		row.Remove.Text = "People with an address at " + domain.Name +
			" are no longer led here by it, and new users among them may have to verify their address with a code. Another company can then verify it. No one is signed out."
	}
	return row
}

func (d *Directory) addDomain(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	name := r.PostForm.Get("name")
	_, err := d.Domains.AddDomain(r.Context(), v.Actor, v.Enterprise.ID, name)
	switch {
	case console.OnForm(err):
		return d.showDomains(w, r, v, domainForm(name), "", err)
	case err != nil:
		return fmt.Errorf("add a domain: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "domains"), "added")
}

// domainOf finds what the path names.
func (d *Directory) domainOf(r *http.Request, v console.Visit) (sso.Domain, error) {
	id, err := sso.ParseID[sso.DomainID](r.PathValue("domain"))
	if err != nil {
		return sso.Domain{}, err
	}
	domain, err := d.Structure.Domain(r.Context(), v.Enterprise.ID, id)
	if err != nil {
		return sso.Domain{}, fmt.Errorf("find a domain: %w", err)
	}
	return domain, nil
}

func (d *Directory) verifyDomain(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	domain, err := d.domainOf(r, v)
	if err != nil {
		return err
	}
	_, err = d.Domains.VerifyDomain(r.Context(), v.Actor, v.Enterprise.ID, domain.ID)
	switch {
	case console.OnForm(err):
		return d.showDomains(w, r, v, domainForm(""), domain.ID, err)
	case err != nil:
		return fmt.Errorf("verify a domain: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "domains"), "verified")
}

func (d *Directory) deleteDomain(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	domain, err := d.domainOf(r, v)
	if err != nil {
		return err
	}
	if err := d.Service.DeleteDomain(r.Context(), v.Actor, v.Enterprise.ID, domain.ID); err != nil {
		return fmt.Errorf("delete a domain: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "domains"), "deleted")
}
