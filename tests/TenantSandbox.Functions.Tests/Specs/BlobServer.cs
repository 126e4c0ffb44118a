using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure.Storage;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Functions.Tests.Specs;

/// <summary>The part of the blob service that the stores use: one container, which exists once it is created.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "IAsyncLifetime disposes of them.")]
internal sealed class BlobServer : IAsyncLifetime
{
    private WebApplication? _server;
    private bool _hasContainer;
    private int _reads;

    public ConcurrentDictionary<string, byte[]> Content { get; } = new(StringComparer.Ordinal);

    /// <summary>When every blob was last saved.</summary>
    public static DateTimeOffset SavedAt { get; } = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Number of blobs read.</summary>
    public int Reads => _reads;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(AnswerAsync);
        await _server.StartAsync();
    }

    public Task DisposeAsync() => _server!.DisposeAsync().AsTask();

    public BlobContainerClient Container() => new(
        new Uri($"{_server!.Urls.Single()}/account/tenant-specs"), new StorageSharedKeyCredential("account", Convert.ToBase64String(new byte[32])));

    private async Task AnswerAsync(HttpContext http)
    {
        var name = http.Request.Path.Value!.Split('/', 4).ElementAtOrDefault(3) is { } path ? Uri.UnescapeDataString(path) : null;
        if (name is null && http.Request.Method == "PUT")
        {
            _hasContainer = true;
            Succeed(http, 201);
        }
        else if (!_hasContainer)
        {
            Fail(http, "ContainerNotFound");
        }
        else if (name is null)
        {
            http.Response.ContentType = "application/xml";
            await http.Response.WriteAsync($"<EnumerationResults><Blobs>{string.Concat(List(http.Request.Query))}</Blobs><NextMarker/></EnumerationResults>");
        }
        else if (http.Request.Method == "PUT")
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            if (http.Request.Headers.IfNoneMatch != "*")
            {
                Content[name] = body.ToArray();
                Succeed(http, 201);
            }
            else if (Content.TryAdd(name, body.ToArray()))
            {
                Succeed(http, 201);
            }
            else
            {
                Fail(http, "BlobAlreadyExists", 409);
            }
        }
        else if (http.Request.Method == "DELETE" && http.Request.GetTypedHeaders().IfUnmodifiedSince < SavedAt)
        {
            Fail(http, "ConditionNotMet", 412);
        }
        else if (http.Request.Method == "DELETE" && Content.TryRemove(name, out _))
        {
            Succeed(http, 202);
        }
        else if (http.Request.Method == "GET" && Content.TryGetValue(name, out var stored))
        {
            Interlocked.Increment(ref _reads);
            Succeed(http, 200);
            http.Response.Headers["x-ms-blob-type"] = "BlockBlob";
            http.Response.ContentLength = stored.Length;
            await http.Response.Body.WriteAsync(stored);
        }
        else
        {
            Fail(http, "BlobNotFound");
        }
    }

    // With a delimiter, what has the same beginning up to it is one prefix.
    private IEnumerable<string> List(IQueryCollection query)
    {
        var prefix = query["prefix"].ToString();
        var names = Content.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return query["delimiter"].ToString() is not { Length: > 0 } delimiter
            ? names.Select(Blob)
            : names.Select(n => n.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is >= 0 and var end ? n[..(end + 1)] : n).Distinct()
                .Select(n => n.EndsWith(delimiter, StringComparison.Ordinal) ? $"<BlobPrefix><Name>{n}</Name></BlobPrefix>" : Blob(n));

        static string Blob(string name) => $"<Blob><Name>{name}</Name><Properties><Last-Modified>{SavedAt:R}</Last-Modified></Properties></Blob>";
    }

    private static void Succeed(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.Response.Headers.ETag = "\"1\"";
        http.Response.Headers.LastModified = SavedAt.ToString("R", CultureInfo.InvariantCulture);
    }

    private static void Fail(HttpContext http, string code, int status = 404)
    {
        http.Response.StatusCode = status;
        http.Response.Headers["x-ms-error-code"] = code;
    }
}
