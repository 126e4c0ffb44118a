using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Local.Engine;
using TenantSandbox.Local.Hosting;

namespace TenantSandbox.Hosting.Tests;

/// <summary>A host over the sample functions of this assembly, on a free loopback port, with a state directory of its own.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly DirectoryInfo? _ownState;
    private readonly Func<bool> _isBusy;

    private RunningHost(FunctionHost host, Recorder recorder, FakeTimeProvider time, Func<bool> isBusy, DirectoryInfo? ownState)
    {
        _isBusy = isBusy;
        Host = host;
        Recorder = recorder;
        Time = time;
        _ownState = ownState;
        Client = new HttpClient { BaseAddress = host.BaseAddress };
    }

    public FunctionHost Host { get; }

    public Recorder Recorder { get; }

    public FakeTimeProvider Time { get; }

    public HttpClient Client { get; }

    public static async Task<RunningHost> StartAsync(
        string hostJson = """{ "version": "2.0" }""",
        string? stateDirectory = null,
        Action<IServiceCollection>? services = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        FakeTimeProvider? time = null,
        Func<bool>? isBusy = null,
        Func<EngineOptions, EngineOptions>? configureEngine = null)
    {
        var own = stateDirectory is null ? Directory.CreateTempSubdirectory("hosting-") : null;
        var state = stateDirectory ?? own!.FullName;
        var hostJsonPath = Path.Combine(state, "host.json");
        await File.WriteAllTextAsync(hostJsonPath, hostJson);

        var recorder = new Recorder();
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var host = FunctionHost.Create(new FunctionHostOptions
        {
            Assemblies = [typeof(RunningHost).Assembly],
            StateDirectory = state,
            HostJsonPath = hostJsonPath,
            Address = new Uri("http://127.0.0.1:0"),
            TimeProvider = time,
            ConfigureEngine = configureEngine ?? (options => options),
            MaxRequestBodyBytes = 64 * 1024,
            Settings = new Dictionary<string, string?>
            {
                ["SampleSchedule"] = "0 */5 * * * *",
                ["SampleQueue"] = "samples",
            }.Concat(settings ?? new Dictionary<string, string?>()).GroupBy(pair => pair.Key).ToDictionary(pairs => pairs.Key, pairs => pairs.Last().Value),
            ConfigureServices = (collection, _) =>
            {
                collection.AddSingleton(recorder);
                services?.Invoke(collection);
            },
        });
        await host.StartAsync();
        return new RunningHost(host, recorder, time, isBusy ?? (() => false), own);
    }

    /// <summary>Calls with the host key unless <paramref name="key"/> says otherwise; an empty one sends none.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (key is not "") request.Headers.Add("x-functions-key", key ?? Host.Keys.Function);
        return await Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? key = null) => SendAsync(HttpMethod.Get, path, key: key);

    public async Task<T?> ReadAsync<T>(string path) => await (await GetAsync(path)).Content.ReadFromJsonAsync<T>();

    /// <summary>Lets time pass in small steps until something has happened; no time passes while the host is at work.</summary>
    public async Task<T> WhenAsync<T>(Task<T> happened)
    {
        while (!happened.IsCompleted) await PassAsync(TimeSpan.FromSeconds(1));
        return await happened;
    }

    public async Task PassAsync(TimeSpan step)
    {
        if (!_isBusy()) Time.Advance(step);
        await Task.Run(() => { });
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.StopAsync();
        await Host.DisposeAsync();
        _ownState?.Delete(recursive: true);
    }
}
