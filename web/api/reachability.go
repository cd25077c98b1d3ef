package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
)

// provisioningTester tests a connection with a token; provisioning.Service does.
type provisioningTester interface {
	Test(ctx context.Context, t provisioning.Test) (provisioning.Tested, error)
}

// reachability says which requests have reached the SCIM address of a connection.
//
//nolint:lll // a tag is one line
type reachability struct {
	Reached      bool      `json:"reached" doc:"Whether a request with a token of the connection, valid or expired or revoked, ever arrived." example:"true"`
	WithToken    *contacts `json:"with_token,omitempty" doc:"First and last request with a token of the connection; missing if there was none."`
	WithoutToken *contacts `json:"without_token,omitempty" doc:"First and last request without a token of the connection, which anyone can send; missing if there was none."`
}

type contacts struct {
	First contact `json:"first" doc:"First request."`
	Last  contact `json:"last" doc:"Last request."`
}

// contact is a request.
//
//nolint:lll // a tag is one line
type contact struct {
	At      time.Time `json:"at" doc:"Time of the request." example:"2026-11-24T12:00:00Z"`
	Remote  string    `json:"remote" doc:"Address of the client." example:"20.190.128.5"`
	Client  string    `json:"client" doc:"User-Agent, shortened." example:"Azure AD Provisioning Service"`
	Request string    `json:"request" doc:"Method, and path below scim.base_url; of a request to a wrong address, method and that address." example:"GET /Users"`
	Status  int       `json:"status" doc:"HTTP status of the response." example:"200"`
}

func viewContacts(c sso.ProvisioningContacts) *contacts {
	if !c.Any() {
		return nil
	}
	return &contacts{
		First: contact(c.First),
		Last:  contact(c.Last),
	}
}

// newProvisioningTest says with which token a connection is tested.
//
//nolint:lll // a tag is one line
type newProvisioningTest struct {
	ScimToken sso.ProvisioningTokenID `json:"scim_token,omitempty" doc:"Identifier of a provisioning token of the connection. The test has its scopes and expiry." example:"scimtok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Token     string                  `json:"token,omitempty" maxLength:"4096" doc:"A token, to find out whether it is one of the connection. Used if scim_token is missing; not stored." example:"gw_scim_5f0c6a1e…"`
}

// provisioningTest is what a test found.
//
//nolint:lll // a tag is one line
type provisioningTest struct {
	Passed    bool                     `json:"passed" doc:"Whether every request would succeed." example:"true"`
	ScimToken *sso.ProvisioningTokenID `json:"scim_token" doc:"Token that was used; null if it is none of the connection." example:"scimtok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Steps     []provisioningTestStep   `json:"steps" doc:"Requests, in their order."`
}

// provisioningTestStep is a request of a test.
//
//nolint:lll // a tag is one line
type provisioningTestStep struct {
	Step     provisioning.Probe `json:"step" doc:"What is asked: find-user, list-users, find-group, list-groups, create-user, update-user, create-group, add-member, remove-member, deactivate-user, delete-group, delete-user." example:"find-group"`
	Request  string             `json:"request" doc:"Method, and path below scim.base_url." example:"GET /Groups?startIndex=1&count=2"`
	Passed   bool               `json:"passed" doc:"Whether the request would succeed." example:"true"`
	Status   *int               `json:"status" doc:"HTTP status that the response would have; null if the request was not tried, because what it is about was refused before." example:"200"`
	SCIMType *string            `json:"scim_type" doc:"scimType of the refusal; null for most." example:"uniqueness"`
	Code     *string            `json:"code" doc:"Code of the refusal; null if there is none." example:"scim_scope_missing"`
	Detail   *string            `json:"detail" doc:"Text of the refusal, as an identity provider would get it; null if there is none." example:"Token \"entra-1\" lacks scope groups:read (it has users:read users:write)."`
}

func (a *API) reachabilityOperations() {
	add(a, operation{
		id:      "get-provisioning-reachability",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/reachability",
		scope:   "provisioning:read",
		summary: "Find out whether an identity provider has reached the connection",
		about: "SCIM, unlike SAML, needs this address to be open to the servers of the identity provider. Written a " +
			"few seconds after the request.",
	}, a.getReachability)
	add(a, operation{
		id:      "test-provisioning",
		method:  http.MethodPost,
		path:    connectionPath + "/provisioning/test",
		scope:   "provisioning:write",
		summary: "Test provisioning with a token",
		about: "Carries out what identity providers ask, as real requests are carried out, and undoes it: looks up " +
			"and lists users and groups; creates a user and a group, changes them and deletes them. Nothing stays: " +
			"no user, no event, no refusal, and no use of the token. The limit of requests does not apply.",
	}, a.testProvisioning)
}

func (a *API) getReachability(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
}) (*out[reachability], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	r, err := a.Provisioning.ProvisioningReach(ctx, c.enterprise.ID, in.Connection)
	return answerTo(reachability{
		Reached:      r.Known.Any(),
		WithToken:    viewContacts(r.Known),
		WithoutToken: viewContacts(r.Unknown),
	}, err)
}

func (a *API) testProvisioning(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Body       newProvisioningTest
}) (*out[provisioningTest], error) {
	if in.Body.ScimToken == "" && in.Body.Token == "" {
		return nil, sso.InvalidField("validation_failed", "scim_token", "Name a token, or send one in token.")
	}
	tested, err := a.Tester.Test(ctx, provisioning.Test{
		Enterprise: c.enterprise.ID,
		Connection: in.Connection,
		Token:      in.Body.ScimToken,
		Bearer:     sso.Secret(in.Body.Token),
	})
	if err != nil {
		return nil, err
	}
	v := provisioningTest{
		Passed:    tested.Passed(),
		ScimToken: some(tested.Token.ID),
		Steps:     make([]provisioningTestStep, len(tested.Results)),
	}
	for i, r := range tested.Results {
		v.Steps[i] = provisioningTestStep{
			Step:     r.Probe,
			Request:  r.Request,
			Passed:   r.Passed(),
			SCIMType: some(r.SCIMType),
			Code:     some(r.Code),
			Detail:   some(r.Detail),
		}
		if !r.Skipped {
			v.Steps[i].Status = &r.Status
		}
	}
	return answerTo(v, nil)
}
