using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace TenantSandbox.Functions.Requests;

/// <summary>Registers what the doors need.</summary>
internal static class RequestDoors
{
    public static IServiceCollection AddRequestDoors(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RequestDoorOptions>().Bind(configuration.GetSection(RequestDoorOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => RejectedQueue.FromConfiguration(configuration));
        services.AddSingleton<RejectedRequests>();
        services.AddSingleton<HttpSubmission>();
        return services;
    }
}
