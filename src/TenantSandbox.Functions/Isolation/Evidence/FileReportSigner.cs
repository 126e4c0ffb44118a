using System.Security.Cryptography;
using System.Text;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Functions.Storage;

namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>
/// Signs with a key in a file, for a system on one machine. The key is created on first use and readable by its owner only. To rotate it,
/// delete the file: the next report is signed with a new key, and the public keys of all keys stay in <c>public</c>.
/// </summary>
/// <param name="folder">Created on first use.</param>
internal sealed class FileReportSigner(string folder) : IReportSigner
{
    public const string KeyFile = "signing-key.pem";
    private const string PublicFolder = "public";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _place = $"folder {folder}";
    private readonly string _path = Path.Combine(folder, KeyFile);

    public Task<ReportSigningKey> GetKeyAsync(CancellationToken cancellationToken) => AttemptAsync("read the key that signs reports", async () =>
    {
        using var key = await ReadOrCreateAsync(cancellationToken);
        var publicKey = ReportKey.Of(key);
        // The public key is kept before anything is signed with it.
        await FolderCalls.WriteAsync(
            Path.Combine(folder, PublicFolder, $"{publicKey.Id}.pem"), Encoding.ASCII.GetBytes($"{publicKey.Pem}\n"), replaces: false, mode: null, cancellationToken);
        var parameters = key.ExportParameters(includePrivateParameters: true);
        return new ReportSigningKey(publicKey, (hash, _) =>
        {
            using var signing = ECDsa.Create(parameters);
            return Task.FromResult(signing.SignHash(hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        });
    });

    public async Task<IReadOnlyList<ReportKey>> ListKeysAsync(CancellationToken cancellationToken)
    {
        var current = (await GetKeyAsync(cancellationToken)).PublicKey;
        return await AttemptAsync<IReadOnlyList<ReportKey>>("read the public keys", async () =>
        {
            List<ReportKey> keys = [current];
            foreach (var path in Directory.GetFiles(Path.Combine(folder, PublicFolder), "*.pem").Order(StringComparer.Ordinal))
            {
                var id = Path.GetFileNameWithoutExtension(path);
                if (id != current.Id)
                {
                    keys.Add(Parse(await File.ReadAllTextAsync(path, cancellationToken)).Find(id)
                        ?? throw new InvalidException("ReportKeyDamaged", $"{path} is not the key that its name says. Restore it from a backup"));
                }
            }

            return keys;
        });

        static ReportKeySet Parse(string text)
        {
            try
            {
                return ReportKeySet.Parse(text);
            }
            catch (FormatException)
            {
                return new ReportKeySet([]);
            }
        }
    }

    private async Task<ECDsa> ReadOrCreateAsync(CancellationToken cancellationToken)
    {
        if (await FolderCalls.ReadAsync(_path, cancellationToken) is null)
        {
            using var created = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            // Of several processes that create a key at once, all use that of the first.
            await FolderCalls.WriteAsync(_path, Encoding.ASCII.GetBytes($"{created.ExportPkcs8PrivateKeyPem()}\n"), replaces: false, OwnerOnly, cancellationToken);
        }

        RequireOwnerOnly();
        var pem = await FolderCalls.ReadAsync(_path, cancellationToken) ?? throw new FileNotFoundException("The key was deleted while it was read.", _path);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(pem));
            _ = ReportKey.Of(key);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new InvalidException(
                "ReportKeyDamaged", $"{_path} has no private EC key on P-256 as PEM. Restore it from a backup, or delete it: then a new key is created", e);
        }
    }

    private void RequireOwnerOnly()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(_path) & ~OwnerOnly) is not UnixFileMode.None)
        {
            throw new InvalidException("ReportKeyExposed", $"{_path} can be read or written by others than its owner. chmod 600 it, and rotate the key if others may have read it");
        }
    }

    private Task<T> AttemptAsync<T>(string what, Func<Task<T>> run) => FolderCalls.AttemptAsync("ReportKeyFailed", $"{what} in {_place}", run);
}
