using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DurableTask.Core;

namespace TenantSandbox.DurableTask.Sqlite.Serialization;

/// <summary>
/// Serializes DurableTask.Core's data contracts with System.Text.Json: every member with <see cref="DataMemberAttribute"/>,
/// fields and members with private setters included, and without calling a constructor.
/// </summary>
internal sealed class ContractResolver : DefaultJsonTypeInfoResolver
{
    public override JsonTypeInfo GetTypeInfo(Type type, JsonSerializerOptions options)
        => type.Assembly == typeof(TaskMessage).Assembly && type.GetCustomAttribute<DataContractAttribute>() is not null
            ? CreateContract(type, options)
            : base.GetTypeInfo(type, options);

    private static JsonTypeInfo CreateContract(Type type, JsonSerializerOptions options)
    {
        var contract = JsonTypeInfo.CreateJsonTypeInfo(type, options);
        contract.CreateObject = () => RuntimeHelpers.GetUninitializedObject(type);
        foreach (var member in DataMembers(type))
        {
            var memberType = member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;
            var info = contract.CreateJsonPropertyInfo(memberType, member.Name);
            info.Get = Getter(member);
            info.Set = Setter(member, memberType);
            info.ShouldSerialize = IsNotDefault(memberType);
            contract.Properties.Add(info);
        }

        return contract;
    }

    /// <summary>The members of a type and its bases. An event's type, the only one that is overridden, is written apart.</summary>
    private static IEnumerable<MemberInfo> DataMembers(Type type)
    {
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        HashSet<string> names = [];
        for (var current = type; current is not null && current != typeof(object); current = current.BaseType)
        {
            foreach (var member in current.GetMembers(Declared))
            {
                var canBeOverridden = member is PropertyInfo { GetMethod: { IsVirtual: true, IsFinal: false } };
                if (!canBeOverridden && member is PropertyInfo { SetMethod: not null } or FieldInfo
                    && member.GetCustomAttribute<DataMemberAttribute>() is not null && names.Add(member.Name))
                {
                    yield return member;
                }
            }
        }
    }

    private static Func<object, object?> Getter(MemberInfo member)
    {
        var target = Expression.Parameter(typeof(object));
        var access = Expression.MakeMemberAccess(Expression.Convert(target, member.DeclaringType!), member);
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(access, typeof(object)), target).Compile();
    }

    private static Action<object, object?> Setter(MemberInfo member, Type memberType)
    {
        var target = Expression.Parameter(typeof(object));
        var value = Expression.Parameter(typeof(object));
        var access = Expression.MakeMemberAccess(Expression.Convert(target, member.DeclaringType!), member);
        return Expression.Lambda<Action<object, object?>>(Expression.Assign(access, Expression.Convert(value, memberType)), target, value).Compile();
    }

    /// <summary>Members with their type's default value aren't written: an object that is read starts with these.</summary>
    private static Func<object, object?, bool> IsNotDefault(Type type)
    {
        var standard = type.IsValueType ? RuntimeHelpers.GetUninitializedObject(Nullable.GetUnderlyingType(type) ?? type) : null;
        return Nullable.GetUnderlyingType(type) is null
            ? (_, value) => !Equals(value, standard)
            : (_, value) => value is not null;
    }
}
