package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

type domain struct {
	ID         sso.DomainID `json:"id" doc:"Identifier; immutable." example:"dom-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name       string       `json:"name" doc:"DNS name in lower case." example:"acme.example"`
	TXTName    string       `json:"txt_name" doc:"DNS name of the TXT record that proves ownership." example:"_gatehouse-challenge.acme.example"`
	TXTRecord  string       `json:"txt_record" doc:"Value of the TXT record that proves ownership; public." example:"gatehouse-domain-verification=4f7d…"`
	VerifiedAt *time.Time   `json:"verified_at" doc:"Time of verification; null if not yet verified." example:"2026-11-24T12:00:00Z"`
	CreatedAt  time.Time    `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
}

type newDomain struct {
	Name string `json:"name" doc:"DNS name in lower case." example:"acme.example"`
}

func viewDomain(d sso.Domain) domain {
	return domain{
		ID:         d.ID,
		Name:       d.Name,
		TXTName:    d.ChallengeName(),
		TXTRecord:  d.TXTRecord,
		VerifiedAt: moment(d.VerifiedAt),
		CreatedAt:  d.CreatedAt,
	}
}

type inDomain struct {
	Domain sso.DomainID `path:"domain"`
}

const domainPath = enterprisePath + "/domains/{domain}"

func (a *API) domainOperations() {
	add(a, operation{
		id:      "list-domains",
		method:  http.MethodGet,
		path:    enterprisePath + "/domains",
		scope:   "domains:read",
		summary: "List domains",
		about:   "Sorted by name.",
	}, a.listDomains)
	add(a, operation{
		id:      "create-domain",
		method:  http.MethodPost,
		path:    enterprisePath + "/domains",
		scope:   "domains:write",
		status:  http.StatusCreated,
		summary: "Add a domain",
		about: "A domain takes effect once it is verified: users with an e-mail address in it are routed to this " +
			"enterprise and need not confirm the address. Several enterprises may add the same domain, but only one " +
			"can verify it.",
	}, a.createDomain)
	add(a, operation{
		id:      "get-domain",
		method:  http.MethodGet,
		path:    domainPath,
		scope:   "domains:read",
		summary: "Get a domain",
	}, a.getDomain)
	add(a, operation{
		id:      "delete-domain",
		method:  http.MethodDelete,
		path:    domainPath,
		scope:   "domains:write",
		summary: "Delete a domain",
	}, a.deleteDomain)
	add(a, operation{
		id:      "verify-domain",
		method:  http.MethodPost,
		path:    domainPath + "/verify",
		scope:   "domains:write",
		summary: "Verify a domain",
		about:   "Looks up the record txt_record at txt_name immediately.",
	}, a.verifyDomain)
}

func (a *API) listDomains(ctx context.Context, c caller, in *struct{ Paging }) (*out[list[domain]], error) {
	all, err := a.Structure.Domains(ctx, c.enterprise.ID)
	return pageFrom(all, err, func(d sso.Domain) string {
		return string(d.ID)
	}, in.Paging, viewDomain)
}

func (a *API) createDomain(ctx context.Context, c caller, in *struct{ Body newDomain }) (*made[domain], error) {
	d, err := a.Setup.AddDomain(ctx, c.by, c.enterprise.ID, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return &made[domain]{
		Location: locationOf(c.enterprise.ID, "domains", string(d.ID)),
		Body:     viewDomain(d),
	}, nil
}

func (a *API) getDomain(ctx context.Context, c caller, in *inDomain) (*out[domain], error) {
	d, err := a.Structure.Domain(ctx, c.enterprise.ID, in.Domain)
	return answerTo(viewDomain(d), err)
}

func (a *API) deleteDomain(ctx context.Context, c caller, in *inDomain) (*done, error) {
	return nil, a.Directory.DeleteDomain(ctx, c.by, c.enterprise.ID, in.Domain)
}

func (a *API) verifyDomain(ctx context.Context, c caller, in *inDomain) (*out[domain], error) {
	d, err := a.Setup.VerifyDomain(ctx, c.by, c.enterprise.ID, in.Domain)
	return answerTo(viewDomain(d), err)
}
