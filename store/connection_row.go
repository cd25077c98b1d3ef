package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// version is one of the three configurations of a connection as stored: JSON with
// redacted secrets, and the sealed secrets.
type version struct {
	columns   [2]string // where the secrets are sealed to
	text      string
	secret    string // the client secret
	directory string // the secret of the directory
}

const privateKey = "connection_keys.private"

func liveSecrets() [2]string {
	return [2]string{"connections.live_secret", "connections.live_directory"}
}
func draftSecrets() [2]string {
	return [2]string{"connections.draft_secret", "connections.draft_directory"}
}
func previousSecrets() [2]string {
	return [2]string{"connections.previous_secret", "connections.previous_directory"}
}

func (db *DB) sealVersion(columns [2]string, c sso.Connection, cfg *sso.Config) (version, error) {
	if cfg == nil {
		return version{}, nil
	}
	text, err := engine.JSONText(cfg)
	if err != nil {
		return version{}, fmt.Errorf("write a configuration of %s: %w", c.ID, err)
	}
	v := version{text: text}
	if cfg.OIDC != nil {
		v.secret = db.sealer.seal(
			place{columns[0], string(c.ID), c.Enterprise}, cfg.OIDC.ClientSecret,
		)
	}
	if cfg.Directory != nil {
		v.directory = db.sealer.seal(
			place{columns[1], string(c.ID), c.Enterprise}, cfg.Directory.ClientSecret,
		)
	}
	return v, nil
}

func (db *DB) openVersion(v version, c sso.Connection) (*sso.Config, error) {
	if v.text == "" {
		return nil, nil
	}
	cfg := &sso.Config{}
	if err := engine.JSON(cfg).Scan(v.text); err != nil {
		return nil, fmt.Errorf("read a configuration of %s: %w", c.ID, err)
	}
	if cfg.OIDC != nil {
		secret, err := db.sealer.open(place{v.columns[0], string(c.ID), c.Enterprise}, v.secret)
		if err != nil {
			return nil, err
		}
		cfg.OIDC.ClientSecret = secret
	}
	if cfg.Directory != nil {
		secret, err := db.sealer.open(place{v.columns[1], string(c.ID), c.Enterprise}, v.directory)
		if err != nil {
			return nil, err
		}
		cfg.Directory.ClientSecret = secret
	}
	return cfg, nil
}

// connectionRow returns the arguments of an insert or update in the order of the
// columns.
func (t *tx) connectionRow(c sso.Connection) ([]any, error) {
	live, err := t.db.sealVersion(liveSecrets(), c, c.Live)
	if err != nil {
		return nil, err
	}
	draft, err := t.db.sealVersion(draftSecrets(), c, c.Draft)
	if err != nil {
		return nil, err
	}
	previous, err := t.db.sealVersion(previousSecrets(), c, c.Previous)
	if err != nil {
		return nil, err
	}
	metadataURL := ""
	if c.Live != nil && c.Live.SAML != nil {
		metadataURL = c.Live.SAML.MetadataURL
	}
	trust, asked, err := trustColumns(c.Trust)
	if err != nil {
		return nil, fmt.Errorf("write the trust of %s: %w", c.ID, err)
	}
	return []any{
		string(c.Enterprise), string(c.ID), c.Name, string(c.Protocol), string(c.Provider),
		string(c.State), c.Revision,
		live.text, live.secret, draft.text, draft.secret, previous.text, previous.secret,
		metadataURL, engine.Micros(c.Metadata.CheckedAt), engine.Clean(c.Metadata.Error, maxDetail),
		live.directory, draft.directory, previous.directory, engine.Micros(c.Shadow),
		trust, asked,
	}, nil
}

// nameKeys sets the ID of keys that have none.
func (t *tx) nameKeys(keys []sso.KeyPair) []sso.KeyPair {
	keys = slices.Clone(keys)
	for i := range keys {
		if keys[i].ID == "" {
			keys[i].ID = sso.NewID[sso.KeyID](t.now)
		}
	}
	return keys
}

// saveKeys queues the keys that are not stored yet.
func (t *tx) saveKeys(c sso.Connection) {
	for i, k := range c.Keys {
		t.Queue(
			"insert into connection_keys (enterprise_id, connection_id, id, position, certificate, private, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
			string(c.Enterprise),
			string(c.ID),
			string(k.ID),
			int64(i),
			base64.StdEncoding.EncodeToString(k.Certificate),
			t.db.sealer.seal(place{privateKey, string(k.ID), c.Enterprise}, k.Private),
			engine.Micros(k.CreatedAt),
		)
	}
}

// seeCertificates queues the certificates of the identity provider that are
// trusted or pending.
func (t *tx) seeCertificates(c sso.Connection) {
	for _, cfg := range []*sso.Config{c.Draft, c.Live} {
		if cfg == nil || cfg.SAML == nil {
			continue
		}
		for _, cert := range cfg.SAML.Certificates {
			t.Queue(
				`insert into certificates (enterprise_id, connection_id, fingerprint, source, first_seen, last_seen, last_used)
				values ($1, $2, $3, $4, $5, $5, 0)
				on conflict (enterprise_id, connection_id, fingerprint) do update set source = excluded.source, last_seen = excluded.last_seen`,
				string(c.Enterprise), string(c.ID), cert.Fingerprint(), string(cert.Source),
				engine.Micros(t.now),
			)
		}
	}
}

const connectionColumns = `c.id, c.enterprise_id, c.name, c.protocol, c.provider, c.state, c.revision, c.live, c.live_secret,
	c.draft, c.draft_secret, c.previous, c.previous_secret, c.live_directory, c.draft_directory, c.previous_directory, c.metadata_checked_at, c.metadata_error, c.metadata_failing_since, c.shadow_since, c.trust, c.created_at,
	coalesce(k.id, ''), coalesce(k.certificate, ''), coalesce(k.private, ''), coalesce(k.created_at, 0), `

const fromConnections = ` from connections c left join connection_keys k
	on k.enterprise_id = c.enterprise_id and k.connection_id = c.id `

// connectionWithKey is a row of [connectionColumns]: a connection with sealed versions, and
// one of its keys, whose ID is "" if it has none.
type connectionWithKey struct {
	connection            sso.Connection
	live, draft, previous version
	key                   sso.KeyPair
	certificate, private  string // of the key, encoded and sealed
}

func scanConnectionWithKey(r engine.Row) (connectionWithKey, error) {
	row := connectionWithKey{
		live:     version{columns: liveSecrets()},
		draft:    version{columns: draftSecrets()},
		previous: version{columns: previousSecrets()},
	}
	c, k := &row.connection, &row.key
	err := r.Scan(
		&c.ID, &c.Enterprise, &c.Name, &c.Protocol, &c.Provider, &c.State, &c.Revision,
		&row.live.text, &row.live.secret,
		&row.draft.text, &row.draft.secret, &row.previous.text, &row.previous.secret,
		&row.live.directory,
		&row.draft.directory, &row.previous.directory,
		engine.Time(&c.Metadata.CheckedAt), &c.Metadata.Error,
		engine.Time(&c.Metadata.FailingSince), engine.Time(&c.Shadow),
		engine.JSON(&c.Trust),
		engine.Time(&c.CreatedAt),
		&k.ID, &row.certificate, &row.private, engine.Time(&k.CreatedAt), scanDefined(&c.Attributes),
	)
	return row, err
}

// listConnections reads connections with their keys: one row for each key, or one
// row for a connection without.
func (db *DB) listConnections(
	ctx context.Context, r engine.Reader, where string, args ...any,
) ([]sso.Connection, error) {
	var all []sso.Connection
	err := r.Query(ctx, func(r engine.Row) error {
		row, err := scanConnectionWithKey(r)
		if err != nil {
			return err
		}
		if len(all) == 0 || all[len(all)-1].ID != row.connection.ID {
			if err := db.openVersions(&row.connection, row.live, row.draft, row.previous); err != nil {
				return err
			}
			all = append(all, row.connection)
		}
		if row.key.ID == "" {
			return nil
		}
		return db.addKey(&all[len(all)-1], row.key, row.certificate, row.private)
	}, "select "+connectionColumns+db.definedAttributes()+fromConnections+where+" order by c.id, k.position", args...)
	return all, err
}

// openVersions sets the versions of a connection from its row.
func (db *DB) openVersions(c *sso.Connection, live, draft, previous version) (err error) {
	if c.Live, err = db.openVersion(live, *c); err != nil {
		return err
	}
	if c.Draft, err = db.openVersion(draft, *c); err != nil {
		return err
	}
	c.Previous, err = db.openVersion(previous, *c)
	return err
}

func (db *DB) addKey(c *sso.Connection, k sso.KeyPair, certificate, private string) (err error) {
	if k.Certificate, err = base64.StdEncoding.DecodeString(certificate); err != nil {
		return fmt.Errorf("read the certificate of %s: %w", k.ID, err)
	}
	if k.Private, err = db.sealer.open(place{privateKey, string(k.ID), c.Enterprise}, private); err != nil {
		return err
	}
	c.Keys = append(c.Keys, k)
	return nil
}
