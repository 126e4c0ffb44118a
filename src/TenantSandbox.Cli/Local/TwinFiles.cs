using TenantSandbox.AksTwin;

namespace TenantSandbox.Cli.Local;

/// <summary>Writes the files that other programs need to reach a running twin.</summary>
internal static class TwinFiles
{
    /// <returns>The paths of the kubeconfig and of the certificate authority, relative to the working directory where that is shorter.</returns>
    public static (string Kubeconfig, string Authority) Write(TwinHost twin, string directory)
    {
        var kubeconfig = Path.Combine(directory, "kubeconfig");
        var authority = Path.Combine(directory, "ca.pem");
        File.WriteAllText(kubeconfig, twin.Kubeconfig());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(kubeconfig, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.WriteAllText(authority, twin.CertificateAuthorityPem);
        return (Shorter(kubeconfig), Shorter(authority));
    }

    private static string Shorter(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.Length < path.Length ? relative : path;
    }
}
