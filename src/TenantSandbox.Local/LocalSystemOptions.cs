using TenantSandbox.AksTwin;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Local;

/// <summary>What a <see cref="LocalSystem"/> is made of.</summary>
public sealed record LocalSystemOptions
{
    /// <summary>The outgoing Event Grid topic of the local system.</summary>
    public const string TopicName = "lifecycle";

    /// <summary>Where everything that outlives the process is kept; made if need be.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Where <c>./dev</c> installs Azurite; null shuts the queue door.</summary>
    public string? ToolsDirectory { get; init; }

    /// <summary>A queue server that runs already; then none is started.</summary>
    public string? QueueConnectionString { get; init; }

    /// <summary>Port of the doors on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>A twin that runs already, in this process or another; null starts one over <see cref="StateDirectory"/>.</summary>
    public TwinConnection? Twin { get; init; }

    /// <summary>A kubeconfig file for a real cluster; null uses the twin's Kubernetes API.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>How long things take in the twin that is started.</summary>
    public TimingProfile Timing { get; init; } = TimingProfile.Instant;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Changes the engine's options; the database's path is set already.</summary>
    public Func<EngineOptions, EngineOptions> ConfigureEngine { get; init; } = static options => options;

    /// <summary>App settings that win over the local system's own.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Log providers and filters; none by default.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }
}

/// <summary>How the app reaches a twin.</summary>
/// <param name="ArmEndpoint">The twin's ARM endpoint.</param>
/// <param name="CertificateAuthorityPem">The certificate authority to trust for it.</param>
/// <param name="Twin">The clusters that it has.</param>
public sealed record TwinConnection(Uri ArmEndpoint, string CertificateAuthorityPem, TwinOptions Twin);
