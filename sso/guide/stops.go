package guide

import "gatehouse/sso"

// Stop is a page of the identity provider on which a sign-in ends. The browser
// does not come back, so only the user sees the message.
type Stop struct {
	Cause   string   // the cause, in a few words
	Message string   // a part of the message that the identity provider shows
	Do      string   // what to do there
	Compare []Kind   // our values to compare with those entered there
	Fields  []string // fields of the connection to compare, named as in the REST API
}

// Stops returns the common stops of an identity provider over a protocol: it
// does not know the application or its address, or the user may not use it.
func Stops(p sso.Provider, protocol sso.Protocol) []Stop {
	m := stopMessagesOf(p, protocol)
	if protocol == sso.OIDC {
		return []Stop{
			{
				Cause:   "The client ID is unknown there",
				Message: m.unknown,
				Do:      "Compare the client ID entered here with that of the application, and check that the issuer is the right tenant or realm.",
				Fields:  []string{"oidc.client_id", "oidc.issuer"},
			},
			{
				Cause:   "The redirect URI is not registered",
				Message: m.address,
				Do:      "Register this redirect URI at the application, letter by letter.",
				Compare: []Kind{RedirectURI},
			},
			{
				Cause:   "The person is not assigned to the application",
				Message: m.assigned,
				Do:      "Assign the person, or a group they are in, to the application.",
			},
		}
	}
	return []Stop{
		{
			Cause:   "Our entity ID is unknown there",
			Message: m.unknown,
			Do:      "Enter this entity ID at the application, letter by letter, and check that the sign-in address here is that of the application.",
			Compare: []Kind{EntityID},
			Fields:  []string{"saml.sso_url"},
		},
		{
			Cause:   "The ACS URL is not registered",
			Message: m.address,
			Do:      "Enter this ACS URL at the application, letter by letter, and no other.",
			Compare: []Kind{ACSURL},
		},
		{
			Cause:   "The person is not assigned to the application",
			Message: m.assigned,
			Do:      "Assign the person, or a group they are in, to the application.",
		},
	}
}

// stopMessages are the messages of an identity provider for each stop.
type stopMessages struct{ unknown, address, assigned string }

// notAssigned is the message for products that have none of their own.
const notAssigned = "You do not have access to this application."

func stopMessagesOf(p sso.Provider, protocol sso.Protocol) stopMessages {
	if protocol == sso.OIDC {
		return oidcMessages(p)
	}
	return samlMessages(p)
}

func samlMessages(p sso.Provider) stopMessages {
	switch p {
	case sso.Okta:
		return stopMessages{
			unknown:  "400 Bad Request, or 404 Page Not Found",
			address:  "400 Bad Request: The AssertionConsumerServiceURL in the request does not match that of the application.",
			assigned: "User is not assigned to this application.",
		}
	case sso.Entra:
		return stopMessages{
			unknown:  "AADSTS700016: Application with identifier '…' was not found in the directory '…'.",
			address:  "AADSTS50011: The reply URL '…' specified in the request does not match the reply URLs configured for the application '…'.",
			assigned: "AADSTS50105: Your administrator has configured the application … to block users unless they are specifically granted ('assigned') access to the application.",
		}
	case sso.Google:
		return stopMessages{
			unknown:  "403 app_not_configured",
			address:  "400 saml_invalid_sp_id, or 403 app_not_configured: Invalid request, ACS URL in request doesn't match configured ACS URL",
			assigned: "403 app_not_configured_for_user",
		}
	case sso.Keycloak:
		return stopMessages{
			unknown:  "We are sorry… Client not found. (In the log: client_not_found)",
			address:  "We are sorry… Invalid redirect uri. (In the log: invalid_redirect_uri)",
			assigned: "Access denied",
		}
	case sso.JumpCloud:
		return stopMessages{
			unknown:  "The application is not found, or the SP Entity ID does not match.",
			address:  "The ACS URL in the request does not match that of the application.",
			assigned: "You do not have access to this application. (Authorization failed)",
		}
	case sso.OneLogin:
		return stopMessages{
			unknown:  "We couldn't find the app you requested.",
			address:  "The ACS URL in the request does not match the ACS URL Validator.",
			assigned: "You do not have access to this application.",
		}
	case sso.Ping:
		return stopMessages{
			unknown:  "The application is not found or disabled. (NOT_FOUND)",
			address:  "The ACS URL in the request is not one of the application's ACS URLs. (INVALID_REQUEST)",
			assigned: notAssigned + " (ACCESS_DENIED)",
		}
	case sso.ADFS:
		return stopMessages{
			unknown:  "An error occurred. (In the event log: MSIS7007 or MSIS3020, the relying party trust is unknown)",
			address:  "An error occurred. (In the event log: MSIS3200, no AssertionConsumerService is configured that matches)",
			assigned: "Access denied: you are not authorized to access this site. (MSIS5007)",
		}
	}
	return stopMessages{
		unknown:  "Metadata not found: unable to locate metadata for … (SimpleSAMLphp), unknown service provider, unknown client",
		address:  "Invalid AssertionConsumerService, or endpoint not found in metadata; some products ignore the address that is asked for",
		assigned: notAssigned,
	}
}

func oidcMessages(p sso.Provider) stopMessages {
	switch p {
	case sso.Okta:
		return stopMessages{
			unknown:  "400 Bad Request: The client_id is invalid. (invalid_client)",
			address:  "400 Bad Request: The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
			assigned: "User is not assigned to the client application. (access_denied)",
		}
	case sso.Entra:
		return stopMessages{
			unknown:  "AADSTS700016: Application with identifier '…' was not found in the directory '…'.",
			address:  "AADSTS50011: The redirect URI '…' specified in the request does not match the redirect URIs configured for the application '…'.",
			assigned: "AADSTS50105: Your administrator has configured the application … to block users unless they are specifically granted ('assigned') access to the application.",
		}
	case sso.Google:
		return stopMessages{
			unknown:  "Access blocked: Authorization Error. The OAuth client was not found. Error 401: invalid_client",
			address:  "Access blocked: This app's request is invalid. Error 400: redirect_uri_mismatch",
			assigned: "Access blocked: … can only be used within its organization. Error 403: org_internal",
		}
	case sso.Keycloak:
		return stopMessages{
			unknown:  "We are sorry… Client not found.",
			address:  "We are sorry… Invalid parameter: redirect_uri",
			assigned: "Access denied",
		}
	case sso.JumpCloud:
		return stopMessages{
			unknown:  "invalid_client: Client authentication failed (e.g., unknown client)",
			address:  "invalid_request: The 'redirect_uri' parameter does not match any of the OAuth 2.0 Client's pre-registered redirect urls.",
			assigned: notAssigned,
		}
	case sso.OneLogin:
		return stopMessages{
			unknown:  "invalid_client: client is invalid",
			address:  "invalid_redirect_uri: redirect_uri did not match any client's registered redirect_uris",
			assigned: notAssigned,
		}
	case sso.Ping:
		return stopMessages{
			unknown:  "The application is not found or disabled. (NOT_FOUND)",
			address:  "Redirect URI mismatch. (INVALID_REQUEST)",
			assigned: notAssigned + " (ACCESS_DENIED)",
		}
	case sso.ADFS:
		return stopMessages{
			unknown:  "MSIS9223: the client identifier is not registered",
			address:  "MSIS9224: the redirect URI is not registered for the client",
			assigned: "Access denied: you are not authorized to access this site. (MSIS5007)",
		}
	case sso.Auth0:
		return stopMessages{
			unknown:  "Unknown client: … (invalid_request)",
			address:  "Callback URL mismatch: … is not in the list of allowed callback URLs.",
			assigned: "access_denied, or " + notAssigned,
		}
	}
	return stopMessages{
		unknown:  "invalid_client, unknown client, or No client with the ID …",
		address:  "redirect_uri mismatch, or invalid redirect URI",
		assigned: "access_denied, or " + notAssigned,
	}
}
