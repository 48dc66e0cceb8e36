using System.Management.Automation;
using System.Text;
using System.Xml;

namespace Sandbox.HelpBuilder;

/// <summary>Compiles a folder of pages. Nothing is written when any page has an error.</summary>
public static class HelpCompiler
{
    private const string HelpFile = "Sandbox.dll-Help.xml";

    /// <summary>Compiles; returns what is wrong.</summary>
    public static IReadOnlyList<HelpError> Compile(string pagesFolder, string module, string outputFolder)
    {
        var errors = new List<HelpError>();
        var pages = new List<(HelpPage, CmdletInfo)>();
        using var metadata = new CmdletMetadata(module);
        string[] files = Directory.Exists(pagesFolder) ? [.. Directory.GetFiles(pagesFolder, "*.md").Order(StringComparer.Ordinal)] : [];
        string[] topics = [.. files.Where(IsTopic)];
        foreach (string file in files.Except(topics))
        {
            HelpPage page = PageParser.Parse(file, errors);
            if (!metadata.Cmdlets.TryGetValue(page.Name, out CmdletInfo? cmdlet))
            {
                errors.Add(new HelpError(file, 1, $"The module exports no cmdlet {page.Name}."));
                continue;
            }

            errors.AddRange(PageChecks.Check(page, cmdlet));
            pages.Add((page, cmdlet));
        }

        errors.AddRange(topics.SelectMany(file => AboutTopic.Check(file, File.ReadAllText(file))));
        if (errors.Count > 0) return errors;

        if (Directory.Exists(outputFolder)) Directory.Delete(outputFolder, recursive: true);
        Directory.CreateDirectory(outputFolder);
        var settings = new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };
        using (XmlWriter writer = XmlWriter.Create(Path.Combine(outputFolder, HelpFile), settings)) MamlWriter.Write(pages).Save(writer);
        foreach (string file in topics)
            File.WriteAllText(Path.Combine(outputFolder, Path.GetFileNameWithoutExtension(file) + ".help.txt"), AboutTopic.ToText(File.ReadAllText(file)));
        return errors;
    }

    private static bool IsTopic(string file) => Path.GetFileName(file).StartsWith("about_", StringComparison.Ordinal);
}
