namespace Sandbox.HelpBuilder;

/// <summary>A cmdlet's page as its markdown has it: the prose. What the cmdlet is comes from <see cref="CmdletMetadata"/>.</summary>
public sealed record HelpPage(string File, string Name)
{
    public List<string> Synopsis { get; } = [];

    public List<HelpCode> Syntax { get; } = [];

    public List<string> Description { get; } = [];

    public List<HelpExample> Examples { get; } = [];

    public List<HelpEntry> Parameters { get; } = [];

    public List<HelpEntry> Inputs { get; } = [];

    public List<HelpEntry> Outputs { get; } = [];

    public List<string> Notes { get; } = [];

    public List<HelpLink> Links { get; } = [];
}

/// <summary>A fenced block and where it starts.</summary>
public sealed record HelpCode(string Text, int Line);

/// <summary>An example: its code, and the text around it.</summary>
public sealed record HelpExample(string Title, int Line)
{
    public HelpCode? Code { get; set; }

    public List<string> Remarks { get; } = [];
}

/// <summary>A parameter or a type: a name, text, and an optional yaml block.</summary>
public sealed record HelpEntry(string Name, int Line)
{
    public List<string> Text { get; } = [];

    public HelpCode? Yaml { get; set; }
}

/// <summary>A related link.</summary>
public sealed record HelpLink(string Text, string Uri);
