package demoidp

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/sso"
)

// LogoutToken returns a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4)
// that ends all of a person's sessions at a client.
func (p *IdP) LogoutToken(clientID, personID string) (string, error) {
	now := time.Now()
	payload, err := json.Marshal(map[string]any{
		"iss":    p.Issuer(),
		"aud":    clientID,
		"sub":    personID,
		"iat":    now.Unix(),
		"exp":    now.Add(2 * time.Minute).Unix(),
		"jti":    sso.NewSecret().Reveal(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	})
	if err != nil {
		return "", fmt.Errorf("write logout token: %w", err)
	}
	keys, err := p.keys.forOIDC()
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{
			Algorithm: jose.ES256,
			Key:       jose.JSONWebKey{Key: keys[0].private, KeyID: keys[0].id},
		},
		(&jose.SignerOptions{}).WithType("logout+jwt"))
	if err != nil {
		return "", fmt.Errorf("prepare the signature of a logout token: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign logout token: %w", err)
	}
	return signed.CompactSerialize()
}
