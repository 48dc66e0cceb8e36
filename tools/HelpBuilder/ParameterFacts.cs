using System.Globalization;
using System.Management.Automation;

namespace Sandbox.HelpBuilder;

/// <summary>A parameter's metadata under the keys of platyPS's yaml block.</summary>
internal static class ParameterFacts
{
    public static Dictionary<string, string> Of(CmdletInfo cmdlet, ParameterMetadata parameter)
    {
        ParameterSetMetadata[] sets = [.. parameter.ParameterSets.Values];
        return new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Type"] = TypeName(parameter.ParameterType),
            ["Parameter Sets"] = string.Join(", ", parameter.ParameterSets.Keys.Select(set => set == ParameterAttribute.AllParameterSets ? "(All)" : set).Order(StringComparer.Ordinal)),
            ["Aliases"] = string.Join(", ", parameter.Aliases),
            ["Required"] = sets.Any(set => set.IsMandatory).ToString(),
            ["Position"] = Position(sets.Max(set => set.Position)),
            ["Default value"] = CmdletMetadata.DefaultValue(cmdlet, parameter.Name),
            ["Accept pipeline input"] = Pipeline(sets.Any(set => set.ValueFromPipeline), sets.Any(set => set.ValueFromPipelineByPropertyName)),
            ["Accept wildcard characters"] = parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any().ToString(),
        };
    }

    public static string Position(int position) => position == int.MinValue ? "Named" : position.ToString(CultureInfo.InvariantCulture);

    public static string Pipeline(bool byValue, bool byName) => (byValue, byName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    /// <summary>The name that Get-Help and Get-Command -Syntax show: <c>String[]</c>, <c>Int64</c> for a nullable one.</summary>
    public static string TypeName(Type type)
    {
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        if (!bare.IsGenericType) return bare.Name;
        string arguments = string.Join(", ", bare.GetGenericArguments().Select(TypeName));
        return $"{bare.Name[..bare.Name.IndexOf('`', StringComparison.Ordinal)]}[{arguments}]";
    }
}
