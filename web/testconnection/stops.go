package testconnection

import (
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/guide"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// stops returns the identity provider's error pages from which the browser does not
// return, with the values to compare.
func (p *Pages) stops(v console.Visit) (all []testStop) {
	c := v.Connection
	ours, places := p.Values(v.Enterprise, c), catalog.StopPlaces(c.Provider, c.Protocol)
	for i, s := range guide.Stops(c.Provider, c.Protocol) {
		stop := testStop{
			Cause:   s.Cause,
			Message: s.Message,
			Do:      s.Do,
			Place:   places[i],
		}
		add := func(label, value string) {
			if value != "" {
				id := fmt.Sprintf("stop-%d-%d", i, len(stop.Values))
				stop.Values = append(stop.Values, console.Entry{
					Label: label,
					Copy:  &ui.Copyable{ID: id, Value: value},
				})
			}
		}
		for _, kind := range s.Compare {
			add(map[guide.Kind]string{
				guide.EntityID:    "Our entity ID",
				guide.ACSURL:      "Our ACS URL",
				guide.RedirectURI: "Our redirect URI",
			}[kind], ours[kind])
		}
		for _, field := range s.Fields {
			add(enteredValue(c, field))
		}
		all = append(all, stop)
	}
	return all
}

// enteredValue returns a value of the identity provider as entered here.
func enteredValue(c sso.Connection, field string) (label, value string) {
	cfg := c.Draft
	if cfg == nil {
		cfg = c.Live
	}
	switch {
	case cfg != nil && cfg.OIDC != nil && field == "oidc.client_id":
		return "Client ID entered here", cfg.OIDC.ClientID
	case cfg != nil && cfg.OIDC != nil && field == "oidc.issuer":
		return "Issuer entered here", cfg.OIDC.Issuer
	case cfg != nil && cfg.SAML != nil && field == "saml.sso_url":
		return "Sign-in address entered here", cfg.SAML.SSO.URL
	}
	return "", ""
}
