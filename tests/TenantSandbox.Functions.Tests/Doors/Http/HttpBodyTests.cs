using System.Text;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Doors.Http;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Tests.Doors.Http;

public sealed class HttpBodyTests
{
    [Theory]
    [InlineData("gzip", 415)]
    [InlineData("br", 415)]
    [InlineData("gzip, identity", 415)]
    [InlineData("identity", null)]
    [InlineData(null, null)]
    public async Task Read_ContentEncoding_MustBeNone(string? encoding, int? status)
    {
        var http = HttpSubmissionTests.Http();
        http.Request.ContentType = "application/json";
        http.Request.Headers.ContentEncoding = encoding;

        var (_, problem) = await HttpBody.ReadAsync(http.Request, default);

        Assert.Equal(status is not null, problem is not null);
        if (problem is not null)
        {
            var body = await HttpSubmissionTests.ExecuteAsync(problem, http);
            Assert.Equal((415, "identity"), (http.Response.StatusCode, http.Response.Headers.AcceptEncoding.ToString()));
            Assert.Equal("urn:tenantsandbox:problem:unsupported-media-type", body.GetProperty("type").GetString());
            Assert.Contains("uncompressed", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    public async Task Read_LargestBody_IsReadAndOneByteMoreIsTooLarge(int more, bool isLengthGiven)
    {
        var http = HttpSubmissionTests.Http();
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(new byte[RequestLimits.MaxRequestBytes + more]);
        http.Request.ContentLength = isLengthGiven ? http.Request.Body.Length : null;

        var (utf8, problem) = await HttpBody.ReadAsync(http.Request, default);

        Assert.Equal(more == 0 ? RequestLimits.MaxRequestBytes : 0, utf8.Length);
        Assert.Equal(more == 0, problem is null);
        if (problem is not null)
        {
            var body = await HttpSubmissionTests.ExecuteAsync(problem, http);
            Assert.Equal((413, "A request may have at most 262144 bytes."), (http.Response.StatusCode, body.GetProperty("detail").GetString()));
        }
    }

    [Fact]
    public async Task Read_ByteOrderMark_IsRemovedOnce()
    {
        var http = HttpSubmissionTests.Http();
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes("\ufeff\ufeff{}"));

        Assert.Equal("\ufeff{}", Encoding.UTF8.GetString((await HttpBody.ReadAsync(http.Request, default)).Utf8.Span));
    }
}
