using System.Reflection;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace TenantSandbox.EventGridExtension.Tests;

/// <summary>What the SDK and the worker read of the attribute and its assembly.</summary>
public sealed class AttributeTests
{
    [Fact]
    public void Assembly_NamesTheHostsExtension()
    {
        var information = typeof(EventGridTriggerAttribute).Assembly.GetCustomAttribute<ExtensionInformationAttribute>();

        Assert.Equal("Microsoft.Azure.WebJobs.Extensions.EventGrid", information!.ExtensionPackage);
        Assert.True(Version.Parse(information.ExtensionVersion) >= new Version(3, 3, 0), information.ExtensionVersion);
        Assert.False(information.EnableImplicitRegistration);
    }

    [Fact]
    public void Converters_TakeSevenTypesAndLeaveTheRestToTheWorker()
    {
        Type[] types = [typeof(CloudEvent), typeof(CloudEvent[]), typeof(EventGridEvent), typeof(EventGridEvent[]), typeof(BinaryData), typeof(BinaryData[]), typeof(string[])];

        var taken = Conversion.Converters().SelectMany(Conversion.TargetTypes);

        Assert.Equal(types.Select(t => t.Name).Order(), taken.Select(t => t.Name).Order());
        Assert.Equal(
            ConverterFallbackBehavior.Default,
            typeof(EventGridTriggerAttribute).GetCustomAttribute<ConverterFallbackBehaviorAttribute>()!.Behavior);
    }

    [Fact]
    public void Converters_BindInTheHost_NotDeferred() =>
        Assert.DoesNotContain(Conversion.Converters(), c => c.IsDefined(typeof(SupportsDeferredBindingAttribute)));

    [Fact]
    public void IsBatched_NotGiven_IsFalseForTheSdkToo()
    {
        var isBatched = typeof(EventGridTriggerAttribute).GetProperty(nameof(EventGridTriggerAttribute.IsBatched))!;

        Assert.False(new EventGridTriggerAttribute().IsBatched);
        Assert.Equal(false, isBatched.GetCustomAttributesData().Single(a => a.AttributeType == typeof(DefaultValueAttribute)).ConstructorArguments[0].Value);
    }
}
