package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
)

// token signs in as the application (RFC 6749 §4.4).
func (c *Client) token(ctx context.Context, app Application) (sso.Secret, error) {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {app.ClientID},
		"client_secret": {app.Secret.Reveal()},
		"scope":         {c.graph.String() + "/.default"},
	}.Encode()
	address := c.login.JoinPath(app.Tenant, "oauth2/v2.0/token")
	var response struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
	}
	err := c.exchange(ctx, address, &response, func(ctx context.Context) (*http.Request, error) {
		req, err := http.NewRequestWithContext(
			ctx, http.MethodPost, address.String(), strings.NewReader(form),
		)
		if err == nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return req, err
	})
	if err != nil {
		return "", err
	}
	if response.AccessToken == "" || !strings.EqualFold(response.TokenType, "Bearer") {
		return "", errUnavailable(errors.New("the token endpoint gave no bearer token"))
	}
	return sso.Secret(response.AccessToken), nil
}

// getPage fetches one page.
func (c *Client) getPage(ctx context.Context, token sso.Secret, address *url.URL, result any) error {
	return c.exchange(ctx, address, result, func(ctx context.Context) (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
		if err == nil {
			req.Header.Set("Authorization", "Bearer "+token.Reveal())
			// Filtering the objects that a user is a member of is an advanced
			// query in Graph; it requires this header and $count.
			req.Header.Set("ConsistencyLevel", "eventual")
		}
		return req, err
	})
}

// exchange sends the request that build makes, retries while Graph throttles
// it, and reads the response. Bodies of refusals are not kept: they are foreign
// text and may repeat what was sent.
func (c *Client) exchange(
	ctx context.Context, address *url.URL, result any, build func(context.Context) (*http.Request, error),
) error {
	for try := 1; ; try++ {
		req, err := build(ctx)
		if err != nil {
			return errUnavailable(fmt.Errorf("make a request: %w", err))
		}
		delay, err := c.send(req, address, result)
		if err == nil || delay < 0 || try == maxTries {
			return err
		}
		if delay == 0 {
			delay = time.Second << (try - 1) // the response did not say when
		}
		if sleep(ctx, delay) != nil {
			return err
		}
	}
}

// send sends req. A non-negative delay means that Graph asked to retry later;
// it is 0 if Graph did not say when.
func (c *Client) send(req *http.Request, address *url.URL, result any) (delay time.Duration, err error) {
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return -1, errUnavailable(withoutURL(err))
	}
	defer resp.Body.Close() //nolint:errcheck // it was read, or is of no use
	if final := resp.Request.URL; final.Scheme != address.Scheme || final.Host != address.Host {
		return -1, errUnavailable(fmt.Errorf("%s led to another origin", address.Host))
	}
	status := fmt.Errorf("%s answered with status %d", address.Host, resp.StatusCode)
	switch resp.StatusCode {
	case http.StatusOK:
		if err := readJSON(resp.Body, result); err != nil {
			return -1, errUnavailable(fmt.Errorf("the answer of %s: %w", address.Host, err))
		}
		return -1, nil
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return c.retryAfter(resp.Header.Get("Retry-After")), errUnavailable(status)
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return -1, errDenied(status)
	}
	return -1, errUnavailable(status)
}

// withoutURL returns the cause of a net/http error without its URL, which
// identifies the user.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%s: %w", e.Op, e.Err)
	}
	return err
}

func readJSON(body io.Reader, result any) error {
	text, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	switch {
	case err != nil:
		return fmt.Errorf("read: %w", err)
	case len(text) > MaxBody:
		return fmt.Errorf("more than %d bytes", MaxBody)
	}
	if json.Unmarshal(text, result) != nil {
		return errors.New("not the JSON that was expected") // the parser's error may quote the response
	}
	return nil
}

// retryAfter returns the delay of a Retry-After header, which is a number of
// seconds or a date; 0 if it is neither.
func (c *Client) retryAfter(header string) time.Duration {
	if n, err := strconv.ParseUint(strings.TrimSpace(header), 10, 31); err == nil {
		return max(time.Duration(n)*time.Second, time.Millisecond)
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(at.Sub(c.now()), time.Millisecond)
	}
	return 0
}

// sleep sleeps for d. It fails at once if the context's deadline comes first.
func sleep(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
