package outbound

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"gatehouse/sso"
)

// limit applies the cap and the deadline to the body of resp.
func (g *guard) limit(ctx context.Context, cancel context.CancelFunc, resp *http.Response) error {
	if resp.ContentLength > g.maxBody {
		_ = resp.Body.Close() // unread
		return tooLarge(g.maxBody)
	}
	b := &body{
		ctx:    ctx,
		cancel: cancel,
		raw:    resp.Body,
		from:   resp.Request.URL.Host,
	}
	b.src = &capped{
		src:  resp.Body,
		left: g.maxBody,
		max:  g.maxBody,
	}
	switch encoding := strings.ToLower(strings.TrimSpace(resp.Header.Get(
		"Content-Encoding",
	))); encoding {
	case "", "identity":
	case "gzip":
		b.src = &capped{
			src:  &gunzip{src: b.src},
			left: g.maxBody,
			max:  g.maxBody,
		}
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength, resp.Uncompressed = -1, true
	default:
		_ = resp.Body.Close() // unread
		return &sso.UnusableError{
			Err: fmt.Errorf("content encoding %q was not asked for", encoding),
		}
	}
	b.src = &text{src: b.src}
	resp.Body = b
	return nil
}

// body is a response body whose errors have codes and whose Close stops the timer of
// the deadline.
type body struct {
	ctx    context.Context //nolint:containedctx // of the exchange, to find out why reading failed
	cancel context.CancelFunc
	raw    io.Closer
	src    io.Reader
	from   string
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.src.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	return n, explain(b.ctx, fmt.Errorf("read the answer of %s: %w", b.from, err))
}

func (b *body) Close() error {
	defer b.cancel()
	if err := b.raw.Close(); err != nil {
		return fmt.Errorf("close the answer of %s: %w", b.from, err)
	}
	return nil
}

// capped fails beyond the cap, unlike io.LimitReader: a truncated response must not be
// taken for a complete one.
type capped struct {
	src       io.Reader
	left, max int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, tooLarge(c.max)
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.src.Read(p)
	c.left -= int64(n)
	if c.left < 0 {
		return n - 1, tooLarge(c.max)
	}
	return n, err
}

func tooLarge(limit int64) error {
	return &sso.UnusableError{Err: fmt.Errorf("an answer of more than %d bytes", limit)}
}

// text skips a leading byte order mark, and fails for a document that is not UTF-8:
// every document of an identity provider is text.
type text struct {
	src  io.Reader
	head []byte // read but not returned yet
	err  error  // of src; returned after head
	seen bool
}

func (t *text) Read(p []byte) (int, error) {
	if !t.seen {
		if err := t.look(); err != nil {
			return 0, err
		}
	}
	if len(t.head) > 0 {
		n := copy(p, t.head)
		t.head = t.head[n:]
		return n, nil
	}
	if t.err != nil {
		return 0, t.err
	}
	return t.src.Read(p)
}

// look reads enough to recognise an encoding.
func (t *text) look() error {
	t.seen = true
	head := make([]byte, sso.HeadLength)
	n := 0
	for n < len(head) && t.err == nil {
		var more int
		more, t.err = t.src.Read(head[n:])
		n += more
	}
	mark, err := sso.TextHead(head[:n])
	if err != nil {
		t.head, t.err = nil, err
		return err
	}
	t.head = head[mark:n]
	return nil
}

// gunzip opens the stream at the first read, so that the deadline and the errors of
// the body apply to reading the gzip header.
type gunzip struct {
	src io.Reader
	gz  *gzip.Reader
}

func (g *gunzip) Read(p []byte) (int, error) {
	if g.gz == nil {
		gz, err := gzip.NewReader(g.src)
		if errors.Is(err, io.EOF) {
			return 0, io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, fmt.Errorf("decompress: %w", err)
		}
		g.gz = gz
	}
	return g.gz.Read(p)
}
