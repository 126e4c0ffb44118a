using System.Text;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Functions.Tests.Operations;

public sealed class LogQueryTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", 1000, null)]
    [InlineData("?tailLines=0", 0, null)]
    [InlineData("?tailLines=10000", 10_000, null)]
    [InlineData("?since=90s", 1000, 90)]
    [InlineData("?since=10m", 1000, 600)]
    [InlineData("?since=1h30m5s", 1000, 5405)]
    [InlineData("?since=1d", 1000, 86_400)]
    [InlineData("?since=2027-01-01T11:59:00Z", 1000, 60)]
    [InlineData("?since=2027-01-01T11:59:59.9Z", 1000, 1)]
    [InlineData("?since=2027-01-01T16:30:00%2B05:00", 1000, 1800)]
    [InlineData("?since=1900-01-01T00:00:00Z", 1000, int.MaxValue)]
    public void Read_TailAndSince_AreLinesAndSeconds(string query, int lines, int? seconds)
    {
        var (read, _) = LogQuery.Read(Request(query), Now);
        Assert.Equal(new LogQuery(lines, seconds, false, false, null, null), read);
    }

    [Fact]
    public void Read_TheOthers_AreAsGiven() =>
        Assert.Equal(new LogQuery(1000, null, true, false, "web-1", "app"), LogQuery.Read(Request("?follow=true&previous=false&pod=web-1&container=app"), Now).Query);

    [Theory]
    [InlineData("?tailLines=-1", "tailLines")]
    [InlineData("?tailLines=10001", "tailLines")]
    [InlineData("?tailLines=all", "tailLines")]
    [InlineData("?tailLines=", "tailLines")]
    [InlineData("?tailLines=1&tailLines=2", "tailLines")]
    [InlineData("?since=", "since")]
    [InlineData("?since=0s", "since")]
    [InlineData("?since=10", "since")]
    [InlineData("?since=m10", "since")]
    [InlineData("?since=99999d99999999h", "since")]
    [InlineData("?since=2027-01-01T11:00:00", "since")]
    [InlineData("?since=2027-01-01T16:00:00Z", "since")]
    [InlineData("?since=2027-13-01T16:00:00Z", "since")]
    [InlineData("?follow=yes", "follow")]
    [InlineData("?previous=1", "previous")]
    [InlineData("?previous=true&follow=true", "previous")]
    public async Task Read_WrongParameter_IsAProblemThatNamesIt(string query, string parameter)
    {
        var request = Request(query);
        var (read, problem) = LogQuery.Read(request, Now);
        Assert.Null(read);
        var body = await Doors.Http.HttpSubmissionTests.ExecuteAsync(problem!, (DefaultHttpContext)request.HttpContext);
        Assert.Equal(400, request.HttpContext.Response.StatusCode);
        Assert.StartsWith($"{parameter}: ", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\n\nb\n", "a||b")]
    [InlineData("\n\n", "|")]
    public async Task Lines_AnyText_AreWithoutTheirEnds(string text, string lines) => Assert.Equal(lines, string.Join('|', await LinesAsync(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public async Task Lines_WithoutEnd_AreSplit()
    {
        var text = new string('x', LogLines.MaxLength) + "y\nz";
        Assert.Equal([new string('x', LogLines.MaxLength), "y", "z"], await LinesAsync(Encoding.UTF8.GetBytes(text)));
    }

    private static async Task<List<string>> LinesAsync(byte[] text)
    {
        var lines = new List<string>();
        await foreach (var line in LogLines.ReadAsync(new MemoryStream(text), default))
        {
            lines.Add(Encoding.UTF8.GetString(line));
        }

        return lines;
    }

    private static HttpRequest Request(string query)
    {
        var http = Doors.Http.HttpSubmissionTests.Http();
        http.Request.QueryString = new(query);
        return http.Request;
    }
}
