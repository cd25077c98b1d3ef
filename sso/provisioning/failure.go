package provisioning

import (
	"errors"

	"gatehouse/scim"
	"gatehouse/sso"
)

// failed returns an error of the store, or of a change that ran in its
// transaction, with the text for the identity provider. id is that of the
// resource, "" for a new one.
func (c *Call) failed(t *scim.Type, id string, err error) error {
	err = Refusal(err)
	if taken, is := errors.AsType[*sso.ResourceExistsError](err); is {
		return exists(taken)
	}
	if sso.KindOf(err) == sso.NotFoundKind && id != "" {
		return missing(c, t, id, err)
	}
	return err
}
