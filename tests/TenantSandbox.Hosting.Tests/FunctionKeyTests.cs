using System.Net;
using TenantSandbox.Local.Hosting;

namespace TenantSandbox.Hosting.Tests;

public sealed class FunctionKeyTests
{
    [Theory]
    [InlineData("/api/Open", "none", HttpStatusCode.OK)]
    [InlineData("/api/NoLevel", "none", HttpStatusCode.Unauthorized)]
    [InlineData("/api/NoLevel", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("/api/NoLevel", "function", HttpStatusCode.OK)]
    [InlineData("/api/NoLevel", "master", HttpStatusCode.OK)]
    [InlineData("/api/NoLevel", "eventgrid", HttpStatusCode.Unauthorized)]
    [InlineData("/api/AdminOnly", "function", HttpStatusCode.Unauthorized)]
    [InlineData("/api/AdminOnly", "master", HttpStatusCode.OK)]
    public async Task Call_WithAKey_IsJudgedByTheLevel(string path, string key, HttpStatusCode expected)
    {
        await using var host = await RunningHost.StartAsync();
        var value = KeyNamed(host.Host.Keys, key);

        Assert.Equal(expected, (await host.GetAsync(path, value)).StatusCode);
        Assert.Equal(expected, (await host.GetAsync($"{path}?code={value}", key: "")).StatusCode);
    }

    [Fact]
    public void LoadOrCreate_Twice_GivesTheSameKeys()
    {
        var state = Directory.CreateTempSubdirectory("keys-");
        try
        {
            var first = FunctionKeys.LoadOrCreate(state.FullName);
            var second = FunctionKeys.LoadOrCreate(state.FullName);

            Assert.Equal(first.Master, second.Master);
            Assert.Equal(4, new HashSet<string> { first.Master, first.Function, first.EventGrid, first.Topic }.Count);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    File.GetUnixFileMode(Path.Combine(state.FullName, FunctionKeys.FileName)));
            }
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static string KeyNamed(FunctionKeys keys, string name) => name switch
    {
        "function" => keys.Function,
        "master" => keys.Master,
        "eventgrid" => keys.EventGrid,
        "wrong" => new string('x', keys.Function.Length),
        _ => "",
    };
}
