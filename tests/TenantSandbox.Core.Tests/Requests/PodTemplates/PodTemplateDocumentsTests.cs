using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using k8s.Models;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Tests.Requests.PodTemplates;

/// <summary>Keeps the table of pod templates complete, and what is made from it current.</summary>
public sealed class PodTemplateDocumentsTests
{
    [Fact]
    public void Page_Table_IsCurrent() => Compare("pod-template.md", _ => PodTemplatePage.Write());

    [Fact]
    public void KindsPage_Table_IsCurrent() => Compare("workload-kinds.md", _ => PodTemplatePage.WriteKinds());

    [Fact]
    public void Schema_Table_IsCurrent() => Compare("tenant-request.schema.json", PodTemplateSchema.Complete);

    [Fact]
    public void Table_EveryTypeOfTheModel_HasExactlyItsFields()
    {
        var types = AllTypes.Where(t => t.Model.Length > 0).ToArray();

        Assert.NotEmpty(types);
        Assert.All(types, type =>
        {
            var model = FindModel(type);
            Assert.True(model is not null, $"The Kubernetes client has no {type.Model} of version 1 or 2.");
            Assert.Equal(FieldsOf(model).Order(StringComparer.Ordinal), type.Fields.Select(f => f.Name).Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public void Table_EveryReference_NamesATypeOfTheTableAndTheModelsType() => Assert.All(
        AllTypes.SelectMany(t => t.Fields.Select(f => (Type: t, Field: f))).Where(x => TypeOf(x.Field.Value) is not null),
        x =>
        {
            var target = PodTemplateRules.Of(TypeOf(x.Field.Value)!);
            if (x.Type.Model.Length > 0 && target.Model.Length > 0)
            {
                var property = FindModel(x.Type)!.GetProperties().Single(p => NameOf(p) == x.Field.Name).PropertyType;
                Assert.Equal(FindModel(target)!.Name, (property.IsGenericType ? property.GetGenericArguments()[^1] : property).Name);
            }
        });

    [Fact]
    public void Table_EveryRefusal_HasARuleAndAReason() => Assert.All(
        AllTypes.SelectMany(t => t.Fields).Where(f => f.Verdict != FieldVerdict.Accepted),
        f => Assert.True(f.Rule is { Length: > 0 } && f.Reason.Length > 0, f.Name));

    private static IEnumerable<ObjectRule> AllTypes => PodTemplateRules.Types.Concat(KindRules.Types);

    // Autoscalers are of version 2.
    private static Type? FindModel(ObjectRule type) =>
        ((string[])["V1", "V2"]).Select(version => typeof(V1PodSpec).Assembly.GetType($"k8s.Models.{version}{type.Model}")).FirstOrDefault(t => t is not null);

    private static string? TypeOf(ValueRule? value) => value switch
    {
        ObjectValue type => type.Type,
        ListValue list => TypeOf(list.Item),
        _ => null,
    };

    private static IEnumerable<string> FieldsOf(Type model) => model.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(NameOf).OfType<string>();

    private static string? NameOf(PropertyInfo property) => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name;

    private static void Compare(string file, Func<string, string> make)
    {
        var kept = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Requests", file)).ReplaceLineEndings("\n");
        var current = make(kept);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(SourceFolder(), "..", "..", "..", "..", "docs", file), current);
            return;
        }

        Assert.Equal(kept, current);
    }

    private static string SourceFolder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
