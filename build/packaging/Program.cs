using System.IO.Compression;
using TenantSandbox.Packaging;

const string Usage = "usage: TenantSandbox.Packaging PUBLISHED_FOLDER ZIP [--entra] [--require-official]";
var (isEntra, requireOfficial) = (args.Contains("--entra"), args.Contains("--require-official"));
var paths = args.Where(a => a is not ("--entra" or "--require-official")).ToArray();
if (paths is not [var folder, var zip] || paths.Any(p => p.StartsWith('-')))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

AppArchive.Write(folder, zip);
using var archive = ZipFile.OpenRead(zip);
var standIns = StandIns.In(archive);
StandIns.WriteList(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(zip))!, "stand-ins.txt"), standIns);
foreach (var name in standIns)
{
    Console.WriteLine($"stand-in: {name} (built from build/standins, not the official package)");
}

IReadOnlyList<string> defects = [.. ArchiveChecks.Defects(archive), .. HttpLevels.Defects(archive, isEntra)];
if (requireOfficial)
{
    defects = [.. defects, .. standIns.Select(name => $"{name} is a stand-in. Publish where the package registry serves the official package: ./dev packages auto.")];
}

foreach (var defect in defects)
{
    Console.Error.WriteLine($"defect: {defect}");
}

Console.WriteLine(defects.Count == 0
    ? $"{zip}: {archive.Entries.Count} files, {new FileInfo(zip).Length / 1024.0 / 1024.0:0.0} MB, checked"
    : $"{zip}: {defects.Count} defects; don't deploy it");
return defects.Count == 0 ? 0 : 1;
