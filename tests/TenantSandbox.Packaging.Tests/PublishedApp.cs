using System.IO.Compression;

namespace TenantSandbox.Packaging.Tests;

/// <summary>A small published app in a temporary folder, complete until a test spoils it.</summary>
internal sealed class PublishedApp : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("packaging-").FullName;

    public PublishedApp()
    {
        Write("host.json", """{"version":"2.0"}""");
        Write("functions.metadata", """[{"name":"OnTenantRequest","scriptFile":"App.dll","bindings":[]}]""");
        Write("extensions.json", """{"extensions":[{"name":"EventGrid","hintPath":"./.azurefunctions/EventGrid.Host.dll"}]}""");
        Write("worker.config.json", """{"description":{"defaultWorkerPath":"App.dll"}}""");
        Write(".azurefunctions/function.deps.json", "{}");
        Write(".azurefunctions/EventGrid.Host.dll");
        Write("App.dll");
        Write("App.runtimeconfig.json", "{}");
        Write("Some.Package.dll");
        Write("TenantSandbox.Core.dll");
        Write("libnative.so");
        Write("de/Some.Package.resources.dll");
        WriteDependencies();
    }

    public string Folder => Path.Combine(_root, "content");

    public string Zip => Path.Combine(_root, "out", "app.zip");

    public void Write(string name, string content = "MZ")
    {
        var file = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    public void WriteDependencies(params string[] standIns)
    {
        var assets = string.Concat(standIns.Select(name => $$""","{{name}}/1.0.0":{"runtime":{"{{name}}.dll":{} } }"""));
        var types = string.Concat(standIns.Select(name => $$""","{{name}}/1.0.0":{"type":"project"}"""));
        Write("App.deps.json", $$"""
            {"runtimeTarget":{"name":"net/linux-x64"},
             "targets":{"net":{},"net/linux-x64":{
               "TenantSandbox.Core/1.0.0":{"runtime":{"TenantSandbox.Core.dll":{} } },
               "Some.Package/2.0.0":{"runtime":{"lib/net10.0/Some.Package.dll":{},"lib/net10.0/_._":{} },"native":{"runtimes/linux-x64/native/libnative.so":{} },
                 "resources":{"lib/net10.0/de/Some.Package.resources.dll":{"locale":"de"} } },
               "Only.Compile/1.0.0":{"dependencies":{} }{{assets}} } },
             "libraries":{"TenantSandbox.Core/1.0.0":{"type":"project"},"Some.Package/2.0.0":{"type":"package"},"Only.Compile/1.0.0":{"type":"package"}{{types}} } }
            """);
        foreach (var name in standIns)
        {
            Write($"{name}.dll");
        }
    }

    public void Delete(string name) => File.Delete(Path.Combine(Folder, name));

    public ZipArchive Pack()
    {
        AppArchive.Write(Folder, Zip);
        return ZipFile.OpenRead(Zip);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
