using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Where tenants' specs are stored, section <c>TenantSandbox:Specs</c>.</summary>
internal sealed class SpecOptions
{
    public const string Section = "TenantSandbox:Specs";

    /// <summary>Absolute path of a folder; null to use the blob container of the host's own storage account.</summary>
    public string? Directory { get; set; }
}

/// <summary>Refuses a start without a place for specs: nothing could be onboarded.</summary>
/// <param name="configuration">All settings.</param>
internal sealed class SpecOptionsValidator(IConfiguration configuration) : IValidateOptions<SpecOptions>
{
    public ValidateOptionsResult Validate(string? name, SpecOptions options)
    {
        if (options.Directory is { } directory)
        {
            return Path.IsPathFullyQualified(directory)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"TenantSandbox__Specs__Directory: '{directory}' must be an absolute path.");
        }

        return HostStorage.Find(configuration, HostStorage.Blobs) is not null
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"TenantSandbox__Specs__Directory: must be set, because {HostStorage.Name} names no storage account for the container of specs.");
    }
}
