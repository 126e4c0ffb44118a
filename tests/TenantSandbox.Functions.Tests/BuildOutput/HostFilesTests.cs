namespace TenantSandbox.Functions.Tests.BuildOutput;

public sealed class HostFilesTests
{
    [Fact]
    public void Extensions_OfTheBuild_AreThoseOfTheTriggersAndHaveTheirAssembly()
    {
        var extensions = AppOutput.Read("extensions.json")["extensions"]!.AsArray();

        Assert.Equal(["AzureStorageQueues", "DurableTask", "EventGrid", "Startup"], extensions.Select(e => e!["name"]!.ToString()).Order(StringComparer.Ordinal));
        Assert.All(extensions, extension =>
        {
            var path = extension!["hintPath"]!.ToString();
            Assert.StartsWith("./.azurefunctions/", path, StringComparison.Ordinal);
            Assert.True(AppOutput.Has(path), $"{path} is missing.");
            Assert.Contains($"{Path.GetFileNameWithoutExtension(path)},", extension["typeName"]!.ToString(), StringComparison.Ordinal);
        });
        Assert.True(AppOutput.Has(".azurefunctions/function.deps.json"));
    }

    [Fact]
    public void WorkerConfig_OfTheBuild_StartsTheApp()
    {
        var description = AppOutput.Read("worker.config.json")["description"]!;

        Assert.Equal("dotnet-isolated", description["language"]!.ToString());
        Assert.Equal("dotnet", description["defaultExecutablePath"]!.ToString());
        Assert.Equal($"{typeof(Program).Assembly.GetName().Name}.dll", description["defaultWorkerPath"]!.ToString());
        Assert.True(AppOutput.Has("TenantSandbox.Functions.runtimeconfig.json"));
    }

    [Fact]
    public void HostJson_OfTheBuild_HasWhatTheFunctionsDependOn()
    {
        var host = AppOutput.Read("host.json");

        Assert.Equal("2.0", host["version"]!.ToString());
        Assert.Equal("api", host["extensions"]!["http"]!["routePrefix"]!.ToString());
        Assert.Equal("none", host["extensions"]!["queues"]!["messageEncoding"]!.ToString());
        Assert.False(string.IsNullOrEmpty(host["extensions"]!["durableTask"]!["defaultVersion"]?.ToString()));
    }
}
